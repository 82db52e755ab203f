"""A reading as a technician reads it."""

from hardware.readings import (
    BadgeRead,
    CodeScanned,
    CommandDone,
    DeviceChanged,
    Measured,
    OutputSet,
    Quality,
    Reading,
    ReadingRefused,
    ReadingsDropped,
    SwitchChanged,
    TorqueApplied,
)


def sentence(reading: Reading) -> str:
    """What came, without the device's name; what it says of itself is doubted in the same words."""
    doubt = "" if reading.quality is Quality.GOOD else f" ({reading.quality})"
    if reading.made_after is not None:
        doubt += " (told late)"
    return _said(reading) + doubt


def _said(reading: Reading) -> str:
    match reading:
        case CodeScanned():
            return f"code {reading.text!r}" + (f" {reading.symbology}" if reading.symbology else "")
        case BadgeRead():
            return f"badge {reading.code}"
        case Measured():
            return f"{reading.value} {reading.unit}" + ("" if reading.stable else ", still moving")
        case TorqueApplied():
            turned = "" if reading.angle is None else f", {reading.angle} deg"
            return f"tightened {reading.torque} {reading.unit}{turned}" + _VERDICTS[reading.ok]
        case SwitchChanged():
            return f"{reading.signal} is {'on' if reading.on else 'off'}"
        case OutputSet():
            return f"{reading.signal} = {reading.value}" + (
                "" if reading.confirmed else f": {reading.reason}"
            )
        case CommandDone():
            return f"{reading.verb}: {'done' if reading.ok else reading.reason}"
        case DeviceChanged():
            return f"is {reading.state}: {reading.reason}"
        case ReadingRefused():
            return f"refused {reading.count}: {reading.reason}: {reading.excerpt}"
        case ReadingsDropped():
            return f"dropped {reading.count}: {reading.reason}"


_VERDICTS = {True: ", OK", False: ", NOK", None: ""}
