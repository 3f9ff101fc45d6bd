"""What is left to do once a policy file is there: the lines that put the gate around the application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .project import Application, Project
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
    yield f"Add to {_made_in(app)}:"
    yield ""
    yield "    from consentgate.flask import ConsentGate"
    yield ""
    yield f'    {name}.config["CONSENTGATE_POLICY"] = {quoted(_path_from(folder, policy_file))}'
    yield f'    {name}.config["CONSENTGATE_INSECURE"] = {name}.debug  # plain HTTP, with flask run --debug'
    yield f"    ConsentGate({name})"
    yield ""
    yield "The application's SECRET_KEY signs the consent cookie. If it has none yet, add before that:"
    yield ""
    yield "    import os"
    yield ""
    yield f'    {name}.config["SECRET_KEY"] = os.environ["SECRET_KEY"]'
    yield ""
    yield from _environment_key()


def _django(project: Project, policy_file: Path) -> Iterator[str]:
    path = _path_from(project.folder, policy_file)
    yield f"Add to {project.settings_file or 'your settings'}, at the end:"
    yield ""
    yield '    INSTALLED_APPS = [*INSTALLED_APPS, "consentgate.django"]'
    yield '    MIDDLEWARE = ["consentgate.django.ConsentMiddleware", *MIDDLEWARE]  # first of the list'
    yield "    CONSENTGATE = {"
    yield f'        "POLICY": BASE_DIR / {quoted(path)},'
    yield '        "INSECURE": DEBUG,  # plain HTTP, while you develop'
    yield "    }"
    yield ""
    yield "Django's SECRET_KEY signs the consent cookie. Django looks over the settings:"
    yield ""
    yield "    python manage.py check"


def _starlette(project: Project, policy_file: Path) -> Iterator[str]:
    app = project.application
    name = app.variable if app and app.variable else "app"
    yield f"Add to {app.place.file if app else 'your code'}, at its end, after the last route:"
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


def _made_in(app: Application | None) -> str:
    if app is None:
        return "your code, after the application is made"
    return f"{app.place.file}, after the line that makes the application (line {app.place.line})"


def _gate(path: str) -> Iterator[str]:
    yield "    gate = Gate("
    yield f"        Policy.load({quoted(path)}),"
    yield '        secret_key=os.environ["SECRET_KEY"],'
    yield '        insecure=os.environ.get("INSECURE") == "1",  # plain HTTP, while you develop'
    yield "    )"


def _environment_key() -> Iterator[str]:
    yield "Make a key, once, and keep it:"
    yield ""
    yield f"    export SECRET_KEY=$({_KEY})"


def _check(policy_file: Path) -> Iterator[str]:
    yield "Then look over the policy:"
    yield ""
    # What went to standard output has the name that it was given there.
    yield f"    consentgate check {'FILE' if str(policy_file) == '-' else policy_file}"


def _path_from(folder: Path, file: Path) -> str:
    """Write the path of `file` as seen from `folder`."""
    return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
