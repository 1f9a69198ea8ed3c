// SPDX-License-Identifier: GPL-2.0-or-later

//! Messages as python() destinations read them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod harness;

use harness::destination::host;

#[test]
fn a_message_gives_its_values_as_bytes() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace(type(msg).__name__, msg["MESSAGE"], msg[b"MESSAGE"], msg["nothing"], msg["a\0b"], msg["SEQNUM"], msg["LEVEL"])
        trace("MESSAGE" in msg, "DATE" in msg, "nothing" in msg, b"MESSAGE" in msg)
        keys = msg.keys()
        trace(all(type(key) is bytes for key in keys), b"MESSAGE" in keys, b"DATE" in keys, b"S_STAMP" in keys, len(keys) == len(set(keys)))
        values = {key: msg[key] for key in keys}
        trace(all(type(value) is bytes for value in values.values()), values[b"STAMP"] == msg["DATE"])
        trace("%(MESSAGE)s" % msg)
        for attempt in (lambda: msg[1], lambda: msg["\udc80"], lambda: msg.__setitem__("A", "b"), lambda: msg.__delitem__("A"), lambda: LogMessage()):
            try:
                trace("no error", attempt())
            except Exception as error:
                trace(type(error).__name__)
        self.kept = msg
        return True
    def deinit(self):
        trace("kept", self.kept["MESSAGE"], self.kept["STAMP"] == self.kept["DATE"])
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", "näe\n");
    host.wait_for_lines("trace", 10);
    host.stop();
    assert_eq!(
        host.lines("trace"),
        [
            r"LogMessage b'n\xc3\xa4e' b'n\xc3\xa4e' b'' b'' b'' b'notice'",
            "True True False True",
            "True True True True True",
            "True True",
            r"b'n\xc3\xa4e'",
            "TypeError",
            "UnicodeEncodeError",
            "TypeError",
            "TypeError",
            "TypeError",
            r"kept b'n\xc3\xa4e' True",
        ]
    );
    assert_eq!(host.events("python-dest"), Vec::<String>::new());
}

#[test]
fn bytes_of_a_message_arrive_as_they_are() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        trace(msg["MESSAGE"].hex())
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    std::fs::write(host.path("in.txt"), b"\xff\xfe\x01\n").unwrap();
    assert_eq!(host.wait_for_lines("trace", 1), ["fffe01"]);
    host.stop();
}

#[test]
fn messages_can_be_read_in_threads_of_the_user() {
    let code = r#"
class D(LogDestination):
    def send(self, msg):
        thread = threading.Thread(target=lambda: trace([msg[key] for key in msg.keys()] != [], msg["MESSAGE"]))
        thread.start()
        thread.join()
        return True
"#;
    let mut host = host(r#"python(class("m.D"));"#, code).start();
    host.append("in.txt", &"line\n".repeat(50));
    let trace = host.wait_for_lines("trace", 50);
    assert!(trace.iter().all(|line| line == "True b'line'"), "{trace:?}");
    host.stop();
}
