# SPDX-License-Identifier: GPL-2.0-or-later
"""Publishes each line of its input to an MQTT broker, and ends when the broker has them. Used by tests/examples_threads.rs.

usage: mqtt_publish.py PORT TOPIC
"""

import sys

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

client = Client(CallbackAPIVersion.VERSION2)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
published = [client.publish(sys.argv[2], line.rstrip("\n"), qos=1) for line in sys.stdin]
for one in published:
    one.wait_for_publish(60)
    assert one.is_published()
client.disconnect()
client.loop_stop()
