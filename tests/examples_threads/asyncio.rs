// SPDX-License-Identifier: GPL-2.0-or-later

//! The example with asyncio and an executor, and a spool of files.

use super::*;

/// Puts a file into the spool as others would: complete, by renaming it.
fn spool(host: &Host, name: &str, lines: impl Iterator<Item = String>) {
    let text: String = lines.map(|line| line + "\n").collect();
    host.write(name, text);
    let packed = Command::new("gzip").arg(host.path(name)).status().unwrap();
    assert!(packed.success());
    let name = format!("{name}.gz");
    fs::rename(host.path(&name), host.path("spool").join(&name)).unwrap();
}

fn numbers(name: &str, count: u32) -> impl Iterator<Item = String> {
    (0..count).map(move |number| format!("{name} {number}"))
}

fn host(changes: &[(&str, &str)]) -> Host {
    let host = example("asyncio-source", changes);
    let config = host.read("syslog-ng.conf");
    let folder = host.path("spool");
    fs::create_dir(&folder).unwrap();
    let spool = "/var/spool/logs";
    assert!(config.contains(spool));
    let config = config.replace(spool, folder.to_str().unwrap());
    host.write("syslog-ng.conf", config);
    host
}

fn files(host: &Host) -> usize {
    fs::read_dir(host.path("spool")).unwrap().count()
}

/// Waits until each line of each file is there once, in order.
fn assert_exactly_once(host: &mut Host, names: &[&str], count: u32) {
    let all = names.len() * count as usize;
    let lines = host.wait_for_lines("stdout", all);
    host.wait_until("the files to go", |host| files(host) == 0);
    for name in names {
        let own = lines.iter().filter(|line| line.starts_with(name));
        assert!(own.eq(&numbers(name, count).collect::<Vec<_>>()), "{name}");
    }
    assert_eq!(host.lines("stdout").len(), all);
}

#[test]
fn files_are_read_side_by_side() {
    let mut host = host(&[]);
    let names = ["a", "b", "c", "d", "e", "f"];
    for name in names {
        spool(&host, name, numbers(name, 2000));
    }
    host.restart();
    assert_exactly_once(&mut host, &names, 2000);
    promptly(&mut host, "the stop", Host::stop);
    assert_no_errors(&host);
}

#[test]
fn a_file_goes_on_after_a_reload_where_it_was() {
    let mut host = host(&[]);
    let names = ["a", "b", "c"];
    let count = 60_000;
    for name in names {
        spool(&host, name, numbers(name, count));
    }
    host.restart();
    let mut reloads = 0;
    while files(&host) > 0 {
        let arrived = host.lines("stdout").len();
        assert!(promptly(&mut host, "the reload", Host::reload));
        reloads += 1;
        host.wait_until("lines to come", |host| {
            host.lines("stdout").len() > arrived || files(host) == 0
        });
    }
    assert!(reloads > 2, "{reloads} reloads only");
    assert_exactly_once(&mut host, &names, count);
    host.stop();
    assert_no_errors(&host);
}

#[test]
fn a_file_that_is_broken_keeps_no_other_from_being_read() {
    let mut host = host(&[]);
    host.write("spool/a.gz", "no gzip");
    spool(&host, "b", numbers("b", 10));
    host.restart();
    assert_eq!(
        host.wait_for_lines("stdout", 10),
        numbers("b", 10).collect::<Vec<_>>()
    );
    host.wait_for_log("a.gz: BadGzipFile");
    host.wait_until("the other one to go", |host| files(host) == 1);
    host.stop();
}

#[test]
fn a_stop_ends_threads_that_wait() {
    let destination = r#"destination { file("/dev/stdout" template("${MESSAGE}\n")); };"#;
    let changes = [
        ("python(", "python( log-iw-size(3)"),
        (destination, STALLED),
    ];
    let mut host = stall(host(&changes));
    for name in ["a", "b", "c", "d", "e"] {
        spool(&host, name, numbers(name, 100));
    }
    host.restart();
    host.wait_for_lines("stalled", 1);
    assert!(promptly(&mut host, "the reload", Host::reload));
    promptly(&mut host, "the stop", Host::stop);
    assert_eq!(files(&host), 5);
    assert_no_errors(&host);
}
