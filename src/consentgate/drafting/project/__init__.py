"""A site's project, as far as its files tell: the framework, the cookies, the third parties."""

from .code import Application
from .files import Place, Track
from .framework import NAMES, Framework, FrameworkCookie
from .look import Project, look_at
from .markup import ThirdParty, third_parties_of

__all__ = [
    "NAMES",
    "Application",
    "Framework",
    "FrameworkCookie",
    "Place",
    "Project",
    "ThirdParty",
    "Track",
    "look_at",
    "third_parties_of",
]
