// SPDX-License-Identifier: GPL-2.0-or-later

//! The example with an MQTT client, and a broker.

use super::*;

/// A broker of the test's own, in the host's folder.
struct Broker {
    port: u16,
    config: PathBuf,
    process: Option<Process>,
}

impl Broker {
    fn start(host: &Host, port: u16) -> Self {
        let folder = host.path("broker");
        fs::create_dir(&folder).unwrap();
        let config = folder.join("mosquitto.conf");
        // Started by root it would become another user, who may not write there.
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n\
             persistence true\npersistence_location {}/\nlog_dest stderr\nlog_type all\n\
             max_queued_messages 0\n",
            folder.display()
        );
        fs::write(&config, text).unwrap();
        let mut broker = Broker {
            port,
            config,
            process: None,
        };
        broker.restart();
        broker
    }

    fn restart(&mut self) {
        assert!(self.process.is_none());
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.config.with_extension("log"));
        let mut command = Command::new("mosquitto");
        // Where daemons are, and not in everybody's PATH.
        let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
        command
            .env("PATH", path)
            .arg("-c")
            .arg(&self.config)
            .stderr(log.unwrap());
        self.process = Some(Process::start(&mut command));
        connect(self.port);
    }

    /// Ends it as a service manager does; it keeps its sessions in a file.
    fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        let pid = libc::pid_t::try_from(process.0.id()).unwrap();
        // SAFETY: the child has not been waited for, so the pid is still its own.
        assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
        process.wait_within(DEADLINE);
    }

    /// Publishes messages, and returns when the broker has them.
    fn publish(&self, texts: impl IntoIterator<Item = String>) {
        let mut command = Command::new(format!("{}/bin/python", virtualenv()));
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/mqtt_publish.py");
        command
            .arg(program)
            .args([&self.port.to_string(), "logs/test"])
            .stdin(Stdio::piped());
        let mut process = Process::start(&mut command);
        let mut input = process.0.stdin.take().unwrap();
        for text in texts {
            writeln!(input, "{text}").unwrap();
        }
        drop(input);
        process.wait_within(2 * DEADLINE);
        assert!(process.0.wait().unwrap().success());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.config.with_extension("log")).unwrap_or_default()
    }
}

/// A host that is connected to a broker.
fn connected() -> (Host, Broker) {
    let port = free_port();
    let mut host = example("mqtt-source", &[("1883", &port.to_string())]);
    let broker = Broker::start(&host, port);
    host.restart();
    wait_for_subscriptions(&host, &broker, 1);
    (host, broker)
}

fn wait_for_broker(host: &Host, broker: &Broker, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        let late = start.elapsed() > DEADLINE;
        assert!(!late, "waited in vain: {}{}", broker.log(), host.log());
        sleep(Duration::from_millis(10));
    }
}

/// Waits until the source has subscribed so often.
fn wait_for_subscriptions(host: &Host, broker: &Broker, count: usize) {
    wait_for_broker(host, broker, || subscriptions(broker) >= count);
}

fn subscriptions(broker: &Broker) -> usize {
    broker.log().matches("Sending SUBACK to syslog-ng").count()
}

/// Waits until all of these have arrived, and gives how many came more than once.
fn wait_for(host: &mut Host, broker: &Broker, texts: impl Iterator<Item = String>) -> usize {
    let wanted: Vec<_> = texts.map(|text| format!("logs/test {text}")).collect();
    let start = Instant::now();
    loop {
        let lines = host.lines("stdout");
        let arrived = counts(&lines);
        let missing = wanted
            .iter()
            .find(|text| !arrived.contains_key(text.as_str()));
        let Some(missing) = missing else {
            return arrived.values().filter(|count| **count > 1).count();
        };
        assert!(
            start.elapsed() < DEADLINE,
            "{missing} is missing: {}{}",
            broker.log(),
            host.log()
        );
        sleep(Duration::from_millis(10));
    }
}

fn numbers(name: &str, count: u32) -> impl Iterator<Item = String> {
    (0..count).map(move |number| format!("{name} {number}"))
}

#[test]
fn all_that_is_published_arrives() {
    let (mut host, broker) = connected();
    thread::scope(|scope| {
        for name in ["a", "b", "c"] {
            scope.spawn(|| broker.publish(numbers(name, 500)));
        }
    });
    for name in ["a", "b", "c"] {
        let twice = wait_for(&mut host, &broker, numbers(name, 500));
        assert_eq!(twice, 0, "{}", broker.log());
    }
    promptly(&mut host, "the stop", Host::stop);
    assert_no_errors(&host);
}

#[test]
fn a_broker_that_comes_again_is_found() {
    let (mut host, mut broker) = connected();
    broker.publish(numbers("before", 100));
    wait_for(&mut host, &broker, numbers("before", 100));
    broker.stop();
    host.wait_for_log("The MQTT broker is gone");
    let subscribed = subscriptions(&broker);
    broker.restart();
    // Not yet connected: the broker keeps these for the session that it has in its file.
    broker.publish(numbers("between", 100));
    wait_for(&mut host, &broker, numbers("between", 100));
    wait_for_subscriptions(&host, &broker, subscribed + 1);
    broker.publish(numbers("after", 100));
    wait_for(&mut host, &broker, numbers("after", 100));
    // While there is no broker the source can be stopped too.
    broker.stop();
    promptly(&mut host, "the stop", Host::stop);
}

#[test]
fn what_is_published_during_reloads_and_stops_arrives() {
    let (mut host, broker) = connected();
    let count = 3000;
    thread::scope(|scope| {
        let publishing = scope.spawn(|| broker.publish(numbers("n", count)));
        let mut reloads = 0;
        while !publishing.is_finished() || reloads < 3 {
            let subscribed = subscriptions(&broker);
            assert!(promptly(&mut host, "the reload", Host::reload));
            wait_for_subscriptions(&host, &broker, subscribed + 1);
            reloads += 1;
        }
    });
    wait_for(&mut host, &broker, numbers("n", count));
    promptly(&mut host, "the stop", Host::stop);
    assert_no_errors(&host);
    // What is published to nobody waits for the next start.
    broker.publish(numbers("meanwhile", 100));
    host.restart();
    wait_for(&mut host, &broker, numbers("meanwhile", 100));
    host.stop();
}

/// How many messages the source has said that it has.
fn acknowledged(broker: &Broker) -> usize {
    broker
        .log()
        .matches("Received PUBACK from syslog-ng")
        .count()
}

#[test]
fn what_waits_for_the_window_at_a_stop_is_not_acknowledged() {
    let port = free_port();
    let destination =
        r#"destination { file("/dev/stdout" template("${.mqtt.topic} ${MESSAGE}\n")); };"#;
    let stalled = [
        ("1883", port.to_string()),
        (r#"python("#, r#"python( log-iw-size(3)"#.to_owned()),
        (destination, STALLED.to_owned()),
    ];
    let stalled = stalled.each_ref().map(|(from, to)| (*from, to.as_str()));
    let mut host = stall(example("mqtt-source", &stalled));
    let broker = Broker::start(&host, port);
    host.restart();
    wait_for_subscriptions(&host, &broker, 1);
    broker.publish(numbers("n", 50));
    // Three fill the window, the fourth waits for it. The client may tell of the third one later.
    wait_for_broker(&host, &broker, || acknowledged(&broker) >= 2);
    promptly(&mut host, "the stop", Host::stop);
    let gone = "Client syslog-ng";
    wait_for_broker(&host, &broker, || broker.log().contains(gone));
    let acknowledged = acknowledged(&broker);
    assert!(acknowledged <= 3, "{}", broker.log());
    assert_no_errors(&host);
    let working = example("mqtt-source", &[("1883", &port.to_string())]);
    host.write("syslog-ng.conf", working.read("syslog-ng.conf"));
    host.restart();
    wait_for(&mut host, &broker, numbers("n", 50).skip(acknowledged));
    host.stop();
}
