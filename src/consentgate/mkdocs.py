"""The plugin for MkDocs: `plugins: [consentgate]`.

When the site is written, each page is put into its closed form, where it is. So the site contacts nobody, and
nobody has to be asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, get_plugin_logger

from consentgate.building import BuildError, HeadersFor, build
from consentgate.policy import Policy, PolicyError

_log = get_plugin_logger(__name__)


# MkDocs declares types, but not of the hook by which classes of its own inherit.
class ConsentgateConfig(Config):  # type: ignore[no-untyped-call]
    """What `mkdocs.yml` can say: the `policy` file beside it, and `headers` as the command has it."""

    policy = config_options.Optional(config_options.File(exists=True))
    headers = config_options.Choice(("none", "netlify"), default="none")


class ConsentgatePlugin(BasePlugin[ConsentgateConfig]):  # type: ignore[no-untyped-call]
    """Closes the pages of a site that was built."""

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Put each page into its closed form."""
        policy, folder = self.config.policy, Path(config.site_dir)
        try:
            report = build(
                folder,
                folder,
                Policy.load(policy, date_from_file=False) if policy else None,
                url=config.site_url or "",
                headers=cast(HeadersFor, self.config.headers),
            )
        except (BuildError, PolicyError, OSError) as error:
            raise PluginError(str(error)) from None
        for line in report.lines():
            _log.info(line)
