"""The yardsticks on a screen: what a bare Kivy window takes, measured in a process of its own.

`python -m bench.bare_window BROKER PICTURE...` prints one JSON object: seconds to the first frame, and milliseconds
from an MQTT message to a painted label, from a touch to a painted button, and for each picture's decode and upload.
"""

import json
import os
import sys
import time

BEGUN = time.clock_gettime(time.CLOCK_BOOTTIME)
os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONSOLELOG="1", KIVY_CLOCK="interrupt")

import paho.mqtt.client as paho  # noqa: E402 - Kivy reads its environment when it is imported
from kivy.config import Config  # noqa: E402

Config.set("graphics", "width", "1280")
Config.set("graphics", "height", "800")

from kivy.app import App  # noqa: E402
from kivy.clock import Clock  # noqa: E402
from kivy.core.image import Image  # noqa: E402
from kivy.core.window import Window  # noqa: E402
from kivy.graphics.opengl import glFinish  # noqa: E402
from kivy.tests.common import UnitTestTouch  # noqa: E402
from kivy.uix.boxlayout import BoxLayout  # noqa: E402
from kivy.uix.button import Button  # noqa: E402
from kivy.uix.label import Label  # noqa: E402
from paho.mqtt.enums import CallbackAPIVersion  # noqa: E402

from kiosk.screens.environment import has_graphics_chip  # noqa: E402

ROUNDS = 200
TOPIC = "bench/label"


class Bare(App):
    """A label and a button; every measurement starts the next one when its frame was flipped."""

    def __init__(self, broker: str, pictures: list[str]) -> None:
        super().__init__()
        host, _, port = broker.removeprefix("mqtt://").partition(":")
        self.found: dict[str, object] = {}
        self.pictures = pictures
        self.sent = 0
        self.label_ms: list[float] = []
        self.tap_ms: list[float] = []
        self.waiting = ""
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self.client.on_message = self.arrived
        self.client.on_connect = lambda client, *_: client.subscribe(TOPIC)
        self.client.on_subscribe = lambda *_: self.begin()
        self.client.connect(host, int(port))
        self.wake = Clock.create_trigger(self.show)
        self.begin = Clock.create_trigger(lambda _dt: self.publish(), 0.5)
        self.client.loop_start()
        self.text = ""

    def build(self) -> BoxLayout:
        box = BoxLayout()
        self.label = Label(text="0")
        self.button = Button(text="0", on_press=self.pressed)
        box.add_widget(self.label)
        box.add_widget(self.button)
        Window.bind(on_flip=self.flipped)
        return box

    def flipped(self, *_args: object) -> None:
        if not has_graphics_chip():
            glFinish()  # as the kiosk does: what is painted is drawn, not only queued
        now = time.monotonic_ns()
        if "start_s" not in self.found:
            self.found["start_s"] = time.clock_gettime(time.CLOCK_BOOTTIME) - BEGUN
        elif self.waiting == "label painted":
            self.label_ms.append((now - self.sent) / 1e6)
            self.waiting = ""
            Clock.schedule_once(lambda _dt: self.publish(), 0.005)
        elif self.waiting == "button painted":
            self.tap_ms.append((now - self.sent) / 1e6)
            self.waiting = ""
            Clock.schedule_once(lambda _dt: self.tap(), 0.005)

    def publish(self) -> None:
        if len(self.label_ms) >= ROUNDS:
            self.found["label_ms"] = self.label_ms
            self.tap()
            return
        self.sent = time.monotonic_ns()
        self.client.publish(TOPIC, str(len(self.label_ms)))

    def arrived(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.text = message.payload.decode()
        self.wake()

    def show(self, _dt: float) -> None:
        self.label.text = f"reading {self.text}"
        self.waiting = "label painted"

    def tap(self) -> None:
        if len(self.tap_ms) >= ROUNDS // 4:
            self.found["tap_ms"] = self.tap_ms
            self.decode()
            return
        touch = UnitTestTouch(*self.button.center)
        self.sent = time.monotonic_ns()
        touch.touch_down()
        touch.touch_up()

    def pressed(self, _button: Button) -> None:
        self.button.text = f"tap {len(self.tap_ms)}"
        self.waiting = "button painted"

    def decode(self) -> None:
        took = []
        for picture in self.pictures * 3:
            begun = time.monotonic_ns()
            Image(picture, nocache=True).texture.bind()
            took.append((time.monotonic_ns() - begun) / 1e6)
        self.found["decode_ms"] = took
        self.client.loop_stop()
        self.stop()


bare = Bare(sys.argv[1], sys.argv[2:])
bare.run()
print(json.dumps(bare.found))
