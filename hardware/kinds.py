"""The kinds of device that are known: a module of `hardware.drivers` each, and files that a station brings along."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from hardware import drivers as built_in
from hardware.driver import Driver

SIMULATOR = "_simulator"  # ends the names of files that stand in for a device
ENTRY_POINTS = "stepline.drivers"  # packages that bring kinds name their modules under this group


class NoDriver(ValueError):
    """A file or module holds no driver, or one that cannot be used; the text says which, why, and the mend."""


def drivers(folder: Path | None = None) -> Mapping[str, Driver]:
    """Every known kind by its name; those of `folder` (each a `.py` file) go before ours of the same name.

    Raises:
        NoDriver: the folder is none, or a file of it cannot be used.
    """
    found = dict(_ours())
    if folder is not None:
        if not folder.is_dir():
            raise NoDriver(f"{folder} is no folder")
        for file in sorted(folder.glob("*.py")):
            if not file.name.startswith(("_", "test_")) and not file.stem.endswith(SIMULATOR):
                driver = _held(_loaded(file), str(file))
                found[driver.kind] = driver
    return found


@cache
def _ours() -> Mapping[str, Driver]:
    found: dict[str, Driver] = {}
    for module, where in _modules():
        driver = _held(module, where)
        found[driver.kind] = driver
    return found


def _modules() -> Iterator[tuple[ModuleType, str]]:
    for info in pkgutil.iter_modules(built_in.__path__, f"{built_in.__name__}."):
        yield importlib.import_module(info.name), info.name
    for point in entry_points(group=ENTRY_POINTS):
        yield point.load(), point.value


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"station_driver_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise NoDriver(f"{file} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (
        Exception
    ) as problem:  # the border to a stranger's file: whatever it does wrong is told as a sentence
        raise NoDriver(f"{file}: {type(problem).__name__}: {problem}") from problem
    return module


def _held(module: ModuleType, where: str) -> Driver:
    driver = getattr(module, "DRIVER", None)
    if not isinstance(driver, Driver):
        raise NoDriver(f"{where} holds no driver; write DRIVER = Driver(kind=…, …) in it")
    return driver
