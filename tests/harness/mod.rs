// SPDX-License-Identifier: GPL-2.0-or-later

//! Runs a real syslog-ng with the module in a folder of its own.
//!
//! Everything is waited for with a deadline, and whatever a test leaves behind goes when its
//! [`Host`] is dropped: the process, which is killed by its pid, and the folder.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, unreachable_pub)]

pub mod destination;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How long anything may take that takes milliseconds on an idle machine.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// The version that the test configs are written for.
pub const CONFIG_VERSION: &str = "3.38";
const LOG: &str = "stderr";

/// A syslog-ng that is being set up, is running, or has ended.
pub struct Host {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    binary: Option<PathBuf>,
    child: Option<Child>,
}

impl Host {
    /// A host whose config is `@version`, and then `config`; `@DIR@` in it stands for the host's
    /// folder, `@ADDRESS@` for its [address](Self::address).
    pub fn new(config: &str) -> Self {
        let host = Host::with_python_module(&module_under_test());
        host.set_config(config);
        host
    }

    /// A host with this file as its Python module, and no config yet.
    pub fn with_python_module(file: &Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("modules")).unwrap();
        let host = Host {
            folder,
            environment: Vec::new(),
            binary: None,
            child: None,
        };
        host.install_modules(file);
        host
    }

    /// Puts the Python module and all modules of the host but its own Python module into the
    /// folder.
    fn install_modules(&self, python: &Path) {
        for path in modules_of_the_host() {
            let name = path.file_name().unwrap().to_str().unwrap();
            if !name.starts_with(PYTHON_MODULE) {
                symlink(&path, self.path("modules").join(name)).unwrap();
            }
        }
        symlink(python, self.path("modules/libmod-python.so")).unwrap();
    }

    /// Adds a module to the host, as `lib<name>.so`.
    pub fn with_module(self, name: &str, file: &Path) -> Self {
        symlink(file, self.path("modules").join(format!("lib{name}.so"))).unwrap();
        self
    }

    /// Writes a file into the host's folder; Python modules are found there.
    pub fn with_file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(name, text);
        self
    }

    /// Has this program started, which is a copy of the host's.
    pub fn with_binary(mut self, program: PathBuf) -> Self {
        self.binary = Some(program);
        self
    }

    /// Sets a variable of the environment.
    pub fn with_environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the config; the host sees it when it is started or reloaded.
    pub fn set_config(&self, config: &str) {
        let config = config.replace("@DIR@", self.folder.to_str().unwrap());
        let config = config.replace("@ADDRESS@", &self.address());
        self.write(
            "syslog-ng.conf",
            format!("@version: {CONFIG_VERSION}\n{config}"),
        );
    }

    /// An address of this machine that no other host listens on.
    pub fn address(&self) -> String {
        let name = self.folder.file_name().unwrap().to_str().unwrap();
        let (process, number) = name.split_once('-').unwrap();
        let process: u32 = process.parse().unwrap();
        let number: u32 = number.parse().unwrap();
        let (high, low) = (process / 250 % 250, process % 250);
        format!("127.{}.{}.{}", 1 + number % 250, 1 + high, 1 + low)
    }

    /// A file in the host's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Adds to a file that the host reads.
    pub fn append(&self, name: &str, text: &str) {
        use std::io::Write as _;
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(self.path(name))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// What a file in the folder holds; nothing if it is not there yet.
    pub fn read(&self, name: &str) -> String {
        fs::read(self.path(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// The lines of a file in the folder that are complete.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let text = self.read(name);
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        complete.lines().map(str::to_owned).collect()
    }

    /// What the host has said so far.
    pub fn log(&self) -> String {
        self.read(LOG)
    }

    /// Starts the host; what becomes of it the caller has to find out.
    pub fn spawn(&mut self, arguments: &[&str]) {
        self.spawn_with("-Fe", arguments);
    }

    /// Starts the host with its events going to internal() and not to its log.
    pub fn spawn_with_internal_events(&mut self) {
        self.spawn_with("-F", &[]);
    }

    fn spawn_with(&mut self, mode: &str, arguments: &[&str]) {
        let mut command = Command::new(self.binary.clone().unwrap_or_else(binary));
        command.args([mode, "--no-caps"]).args(arguments);
        for (option, file) in [
            ("--cfgfile", "syslog-ng.conf"),
            ("--persist-file", "syslog-ng.persist"),
            ("--control", "ctl"),
            ("--pidfile", "pid"),
            ("--module-path", "modules"),
        ] {
            command.arg(option).arg(self.path(file));
        }
        command
            .env("PYTHONPATH", &self.folder)
            .env("PYTHONUNBUFFERED", "1")
            .env_remove("VIRTUAL_ENV")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(self.input())
            .stdout(File::create(self.path("stdout")).unwrap())
            .stderr(File::create(self.path(LOG)).unwrap());
        self.child = Some(command.spawn().unwrap());
    }

    /// What the host reads: the file `stdin` in its folder, if there is one.
    fn input(&self) -> Stdio {
        File::open(self.path("stdin")).map_or_else(|_| Stdio::null(), Stdio::from)
    }

    /// Starts the host and waits until it runs.
    pub fn start(mut self) -> Self {
        self.restart();
        self
    }

    /// Starts the host again after it has ended, and waits until it runs.
    pub fn restart(&mut self) {
        self.spawn(&[]);
        self.wait_for_log("syslog-ng starting up");
    }

    /// Starts the host with a config that it must refuse, and gives what it said.
    pub fn refused(mut self) -> String {
        self.spawn(&[]);
        let status = self.wait_for_end();
        assert!(
            !status.success(),
            "the config was not refused; the host said:\n{}",
            self.log()
        );
        assert_eq!(
            status.signal(),
            None,
            "the host crashed; it said:\n{}",
            self.log()
        );
        self.log()
    }

    /// Runs the host with `--syntax-only` and gives whether it accepts the config.
    pub fn accepts_syntax(mut self) -> bool {
        self.spawn(&["--syntax-only"]);
        self.wait_for_end().success()
    }

    /// Runs the host with `--syntax-only`, for a config that it refuses, and gives what it says.
    pub fn refused_by_syntax(mut self) -> String {
        self.spawn(&["--syntax-only"]);
        let status = self.wait_for_end();
        assert_eq!(
            status.code(),
            Some(1),
            "the config was not refused; the host said:\n{}",
            self.log()
        );
        self.log()
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the host has been started").id()
    }

    /// Sends a signal, such as the one by which a service manager stops the host.
    pub fn signal(&self, signal: libc::c_int) {
        let pid = libc::pid_t::try_from(self.pid()).unwrap();
        // SAFETY: the child has not been waited for, so the pid is still its own.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Reloads the config and waits for the host to have taken it up, or refused it; gives whether
    /// it was taken up.
    pub fn reload(&mut self) -> bool {
        let before = self.log().len();
        self.signal(libc::SIGHUP);
        let mut log = String::new();
        self.wait_until("the reload to end", |host| {
            log = host.log()[before..].to_owned();
            // Said at the end of every reload, but not where the config cannot even be read.
            log.contains("Configuration reload finished")
                || log.contains("Error reloading configuration")
        });
        log.contains("Configuration reload finished")
            && !log.contains("Error initializing new configuration")
    }

    /// Whether the host runs.
    pub fn is_running(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Stops the host the way a service manager does, and checks that it ends well.
    pub fn stop(&mut self) {
        self.signal(libc::SIGTERM);
        let status = self.wait_for_end();
        assert!(
            status.success(),
            "the host ended with {status}; it said:\n{}",
            self.log()
        );
    }

    pub fn wait_for_end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                return status;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "the host does not end; it said:\n{}",
                self.log()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Waits until `condition` holds, or fails with what the host said.
    pub fn wait_until(&mut self, what: &str, condition: impl FnMut(&mut Self) -> bool) {
        self.wait_until_within(DEADLINE, what, condition);
    }

    pub fn wait_until_within(
        &mut self,
        deadline: Duration,
        what: &str,
        mut condition: impl FnMut(&mut Self) -> bool,
    ) {
        let start = Instant::now();
        while !condition(self) {
            if !self.is_running() && !condition(self) {
                panic!(
                    "the host ended while the test waited for {what}; it said:\n{}",
                    self.log()
                );
            }
            if start.elapsed() > deadline {
                panic!(
                    "waited {deadline:?} for {what} in vain; the host said:\n{}",
                    self.log()
                );
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the host has said `text`.
    pub fn wait_for_log(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} in the log"), |host| {
            host.log().contains(text)
        });
    }

    /// Waits until a file has `count` lines, and gives them.
    pub fn wait_for_lines(&mut self, file: &str, count: usize) -> Vec<String> {
        self.wait_until(&format!("{count} lines in {file}"), |host| {
            host.lines(file).len() >= count
        });
        self.lines(file)
    }

    /// The events that contain `text`.
    pub fn events(&self, text: &str) -> Vec<String> {
        events(&self.log())
            .into_iter()
            .filter(|event| event.contains(text))
            .collect()
    }

    /// What `syslog-ng-ctl stats` shows: a line for each counter, with `;` between the fields.
    pub fn stats(&self) -> String {
        self.control(["stats"])
    }

    /// What `syslog-ng-ctl` prints.
    pub fn control<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let output = Command::new("syslog-ng-ctl")
            .args(arguments)
            .arg("--control")
            .arg(self.path("ctl"))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The value of a counter, as `syslog-ng-ctl stats` shows it.
    pub fn counter(&self, id: &str, instance: &str, name: &str) -> Option<u64> {
        self.stats().lines().find_map(|line| {
            let fields: Vec<_> = line.split(';').collect();
            match fields[..] {
                [_, i, n, _, c, value] if i == id && n == instance && c == name => {
                    value.parse().ok()
                }
                _ => None,
            }
        })
    }

    /// Resident memory in KiB.
    pub fn resident_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("the host runs");
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

/// The host's program.
pub fn binary() -> PathBuf {
    std::env::var_os("SYSLOG_NG_BINARY").map_or_else(|| "syslog-ng".into(), PathBuf::from)
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A port of the loopback device that nobody listens on: none of those that clients are given, which
/// another test's may have by the time it is used.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id() * 61 + NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + (number % 20_000) as u16;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// What `syslog-ng --version` says.
fn said_of_versions() -> &'static str {
    static SAID: OnceLock<String> = OnceLock::new();
    SAID.get_or_init(|| {
        let output = Command::new("syslog-ng").arg("--version").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    })
}

fn said_version(name: &str) -> (u32, u32) {
    let mut lines = said_of_versions().lines();
    let version = lines.find_map(|line| line.strip_prefix(name));
    parse_version(version.unwrap())
}

/// Whether the host is AxoSyslog, whose versions do not compare with syslog-ng's.
pub fn is_axosyslog() -> bool {
    said_of_versions().starts_with("axosyslog ")
}

/// The newest config version that the host knows.
pub fn config_version() -> (u32, u32) {
    said_version("Config version: ")
}

/// The host's own version, without the last number.
pub fn host_version() -> (u32, u32) {
    said_version("Installer-Version: ")
}

/// Whether that is where a user's own modules are looked for. Debian's hosts have the whole path, others what is
/// behind their prefix.
pub fn is_user_modules(folder: &str) -> bool {
    let known = concat!(env!("SYSLOG_NG_SYSCONF_DIR"), "/python");
    match known.strip_prefix("${prefix}") {
        None => folder == known,
        Some(rest) => folder.starts_with('/') && folder.ends_with(rest),
    }
}

/// The first two numbers of `4.2` or `4.12.0`, which compare.
pub fn parse_version(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// Whether options() has values with types on the host, which it has since 4.2.
pub fn has_typed_options() -> bool {
    config_version() >= (4, 2)
}

/// How the names of the host's own Python module and of its debug file begin.
const PYTHON_MODULE: &str = "libmod-python";

fn modules_of_the_host() -> Vec<PathBuf> {
    let files = fs::read_dir(env!("SYSLOG_NG_MODULE_DIR")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|ending| ending == "so"))
        .collect()
}

/// The host's own Python module, if its package is installed.
pub fn c_module() -> Option<PathBuf> {
    modules_of_the_host().into_iter().find(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PYTHON_MODULE)
    })
}

/// The events of a log; one may span lines, because tracebacks do.
pub fn events(log: &str) -> Vec<String> {
    let mut events: Vec<String> = Vec::new();
    for line in log.lines() {
        match events.last_mut() {
            Some(event) if !line.starts_with('[') => write!(event, "\n{line}").unwrap(),
            _ => events.push(line.to_owned()),
        }
    }
    events
}

/// The folder that cargo builds into, for the profile that the tests are built with.
pub fn build_folder() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent()
        .and_then(Path::parent)
        .expect("tests are in <target>/<profile>/deps")
        .to_owned()
}

/// The module that the tests load: `MODULE_UNDER_TEST`, or what cargo built for this profile.
pub fn module_under_test() -> PathBuf {
    if let Some(path) = std::env::var_os("MODULE_UNDER_TEST") {
        return path.into();
    }
    let path = build_folder().join("libmod_python.so");
    assert_up_to_date(&path);
    path
}

/// The module as it is shipped, for tests of much work.
pub fn shipped_module() -> PathBuf {
    if let Some(file) = std::env::var_os("MODULE_UNDER_TEST") {
        return file.into();
    }
    let file = build_folder().join("../release/libmod_python.so");
    assert_up_to_date(&file);
    file
}

/// The folder of the virtualenv that some examples run in. The first time it takes the network.
pub fn virtualenv() -> &'static str {
    static FOLDER: OnceLock<String> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/threads/virtualenv");
        let output = Command::new(program).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "no virtualenv: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

/// Cargo does not build the module for the sake of these tests, so a stale one is easily tested by
/// mistake. Beside the module cargo leaves a list of the files that it is made of.
fn assert_up_to_date(module: &Path) {
    let built = fs::metadata(module).and_then(|found| found.modified());
    let built = built.unwrap_or(SystemTime::UNIX_EPOCH);
    let list = fs::read_to_string(module.with_extension("d")).unwrap_or_default();
    let sources = list
        .split_once(": ")
        .map_or("", |(_, sources)| sources)
        .split_whitespace();
    let newer = sources.map(Path::new).find(|source| {
        fs::metadata(source)
            .and_then(|found| found.modified())
            .is_ok_and(|changed| changed > built)
    });
    assert!(
        !list.is_empty() && newer.is_none(),
        "{} is not up to date ({newer:?}): use `make check`, or `make build module-for-tests` first",
        module.display()
    );
}
