# SPDX-License-Identifier: GPL-2.0-or-later
"""A source that subscribes to an MQTT broker: paho's thread calls on_message(), which posts.

The broker keeps what it has not been told of as received, also while syslog-ng does not run, and sends it again: with a quality
of service of 1, which publishers have to choose too, each message arrives at least once.
"""

import threading
from typing import Any, Dict

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from syslogng import Logger, LogMessage, LogSource


class MqttSource(LogSource):
    """Gets messages of a topic, and connects again when the connection is lost."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Get ready to connect.

        Args:
            options: "address" and "port" of the broker, "topic", and "client-id": the broker keeps messages for that.

        Returns:
            True.
        """
        self.address, self.port = options["address"], int(options["port"])
        self.topic = options["topic"]
        self.logger = Logger()
        self.exit = threading.Event()
        # A session that is not clean outlives the connection. Each message is acknowledged by on_message().
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id=options["client_id"], clean_session=False, manual_ack=True
        )
        self.client.reconnect_delay_set(min_delay=1, max_delay=10)
        self.client.on_connect = self.on_connect
        self.client.on_disconnect = self.on_disconnect
        self.client.on_message = self.on_message
        return True

    def run(self) -> None:
        """Have paho's thread connect, and wait for the end."""
        self.client.connect_async(self.address, self.port)
        self.client.loop_start()
        self.exit.wait()
        self.client.disconnect()
        self.client.loop_stop()

    def request_exit(self) -> None:
        """Have run() return. An on_message() that waited for syslog-ng to take its message is told already."""
        self.exit.set()

    def on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason_code: ReasonCode, properties: Any
    ) -> None:
        """Subscribe, after each connection: a broker may have lost its sessions."""
        if reason_code.is_failure:
            self.logger.error(f"The MQTT broker refuses the connection: {reason_code}")
        else:
            client.subscribe(self.topic, qos=1)
            self.logger.info(f"Connected to the MQTT broker at {self.address}:{self.port}")

    def on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason_code: ReasonCode, properties: Any
    ) -> None:
        """Tell; paho connects again."""
        if not self.exit.is_set():
            self.logger.warning(f"The MQTT broker is gone, connecting again: {reason_code}")

    def on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        """Post a message, on paho's thread, and acknowledge it to the broker when syslog-ng has it."""
        log = LogMessage(bytes(message.payload))
        log[".mqtt.topic"] = message.topic
        try:
            # Waits while syslog-ng takes no messages; the broker keeps what comes meanwhile.
            self.post_message(log)
        except RuntimeError as error:
            if str(error) != "source is stopping":
                raise
            # Not acknowledged, so it comes again at the next connection.
        else:
            client.ack(message.mid, message.qos)
