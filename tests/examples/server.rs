// SPDX-License-Identifier: GPL-2.0-or-later

//! A web server for examples that ask one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What came in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The method and what is asked for.
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// A server on a port of its own, which ends with the test.
pub(crate) struct Server {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `answer` gives a status and a body for each request.
    pub(crate) fn start(
        answer: impl Fn(&Request) -> (u16, String) + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::default());
        let seen = Arc::clone(&requests);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(connection, &seen, &*answer));
            }
        });
        Server { address, requests }
    }

    /// What has been asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Answers requests of a connection until the other side ends it.
fn serve(
    connection: TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &dyn Fn(&Request) -> (u16, String),
) {
    let mut lines = BufReader::new(connection.try_clone().unwrap());
    let mut connection = connection;
    while let Some(request) = read(&mut lines) {
        let (status, body) = answer(&request);
        // Before the answer goes out: a test may look when the other side has it.
        seen.lock().unwrap().push(request);
        let head = format!(
            "HTTP/1.1 {status} Text\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if connection
            .write_all(format!("{head}{body}").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut request = Request::default();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line if request.line.is_empty() => request.line = line.to_owned(),
            line => request.headers.push(line.to_owned()),
        }
    }
    let length = request.headers.iter().find_map(|header| {
        let (name, value) = header.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().unwrap())
    });
    request.body = vec![0; length.unwrap_or(0)];
    lines.read_exact(&mut request.body).ok()?;
    Some(request)
}
