"""What is left to do once a policy file is there: the lines that put the gate around the application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .project import Project
from .toml import quoted

_KEY = 'python -c "import secrets; print(secrets.token_hex(32))"'


def next_steps(project: Project, policy_file: Path) -> str:
    """Say how to put the gate with the policy in `policy_file` around the application of `project`."""
    return "\n".join((*_of_framework(project, policy_file), "", *_check(policy_file)))


def _of_framework(project: Project, policy_file: Path) -> Iterator[str]:
    match project.framework:
        case "flask":
            yield from _flask(project, policy_file)
        case "django":
            yield from _django(project, policy_file)
        case "starlette" | "fastapi":
            yield from _starlette(project, policy_file)
        case _:
            yield from _other(policy_file)


def _flask(project: Project, policy_file: Path) -> Iterator[str]:
    app = project.application
    folder = project.folder / Path(app.place.file).parent if app else project.folder
    name = app.variable if app and app.variable else "app"
    yield f"Add to {app.place if app else 'your code'}, after the application is made:"
    yield ""
    yield "    from consentgate.flask import ConsentGate"
    yield ""
    yield f'    {name}.config["CONSENTGATE_POLICY"] = {quoted(_path_from(folder, policy_file))}'
    yield f'    # {name}.config["CONSENTGATE_INSECURE"] = True  # while you develop over plain HTTP'
    yield f"    ConsentGate({name})"
    yield ""
    yield "The consent cookie is signed with SECRET_KEY. If there is none yet, make one and keep it:"
    yield ""
    yield f"    {_KEY}"


def _django(project: Project, policy_file: Path) -> Iterator[str]:
    path = _path_from(project.folder, policy_file)
    yield f"Change in {project.settings_file or 'your settings'}:"
    yield ""
    yield '    INSTALLED_APPS = ["consentgate.django", ...]  # and what you have there'
    yield '    MIDDLEWARE = ["consentgate.django.ConsentMiddleware", ...]  # first of the list'
    yield "    CONSENTGATE = {"
    yield f'        "POLICY": BASE_DIR / {quoted(path)},'
    yield '        # "INSECURE": True,  # while you develop over plain HTTP'
    yield "    }"
    yield ""
    yield "The consent cookie is signed with Django's SECRET_KEY. Then: python manage.py check"


def _starlette(project: Project, policy_file: Path) -> Iterator[str]:
    app = project.application
    name = app.variable if app and app.variable else "app"
    yield f"Add to {app.place.file if app else 'your code'}, after the last route:"
    yield ""
    yield "    import os"
    yield "    from consentgate import Gate, Policy"
    yield "    from consentgate.starlette import ConsentMiddleware"
    yield ""
    yield from _gate(_path_from(project.folder, policy_file))
    yield f"    {name} = ConsentMiddleware({name}, gate)"
    yield ""
    yield from _environment_key()


def _other(policy_file: Path) -> Iterator[str]:
    yield "No framework was recognised. Put the gate around your application, outermost:"
    yield ""
    yield "    import os"
    yield "    from consentgate import Gate, Policy"
    yield "    from consentgate.wsgi import ConsentMiddleware  # or consentgate.asgi"
    yield ""
    yield from _gate(str(policy_file))
    yield "    app = ConsentMiddleware(app, gate)"
    yield ""
    yield from _environment_key()


def _gate(path: str) -> Iterator[str]:
    yield "    gate = Gate("
    yield f"        Policy.load({quoted(path)}),"
    yield '        secret_key=os.environ["SECRET_KEY"],'
    yield "        # insecure=True,  # while you develop over plain HTTP"
    yield "    )"


def _environment_key() -> Iterator[str]:
    yield "Make a key, once, and keep it:"
    yield ""
    yield f"    export SECRET_KEY=$({_KEY})"


def _check(policy_file: Path) -> Iterator[str]:
    yield "Then look over the policy:"
    yield ""
    yield f"    consentgate check {policy_file}"


def _path_from(folder: Path, file: Path) -> str:
    """Write the path of `file` as seen from `folder`."""
    return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
