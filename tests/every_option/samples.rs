// SPDX-License-Identifier: GPL-2.0-or-later

//! Each option of the host's drivers, once as it should be and once as it should not.

/// An option, or one inside of another.
#[derive(PartialEq)]
pub(crate) struct Sample {
    /// As the grammar's test names it.
    pub(crate) name: &'static str,
    /// What is taken.
    pub(crate) good: &'static str,
    /// What is refused.
    pub(crate) bad: &'static str,
    /// What the user is told then.
    pub(crate) told: &'static str,
}

const fn sample(
    name: &'static str,
    good: &'static str,
    bad: &'static str,
    told: &'static str,
) -> Sample {
    Sample {
        name,
        good,
        bad,
        told,
    }
}

/// Those of the C module's own grammar.
pub(crate) const OWN: &[Sample] = &[
    sample(
        "class",
        r#"class("m.C")"#,
        "class(1)",
        "class() takes a text, found 1",
    ),
    sample(
        "loaders",
        r#"loaders("a" b)"#,
        "loaders(1)",
        "loaders() takes a text, found 1",
    ),
    sample(
        "imports",
        r#"imports("a")"#,
        "imports([)",
        "imports() takes a text, found '['",
    ),
    sample(
        "options",
        r#"options("a" "b" c => d)"#,
        r#"options("a")"#,
        r#""a" needs a value"#,
    ),
];

/// What python-http-header() has beside those.
pub(crate) const HTTP_HEADER: &[Sample] = &[sample(
    "mark-errors-as-critical",
    "mark-errors-as-critical(no)",
    "mark-errors-as-critical(maybe)",
    "mark-errors-as-critical() takes yes or no, found maybe",
)];

/// Those of the host's shared rules.
pub(crate) const SHARED: &[Sample] = &[
    sample(
        "persist-name",
        "persist-name(p)",
        "persist-name(1)",
        "persist-name() takes a text, found 1",
    ),
    sample(
        "internal",
        "internal(yes)",
        "internal(x)",
        "internal() takes yes or no, found x",
    ),
    // Destinations.
    sample(
        "log-fifo-size",
        "log-fifo-size(10)",
        "log-fifo-size(0)",
        "log-fifo-size() takes a positive whole number, found 0",
    ),
    sample(
        "throttle",
        "throttle(0)",
        "throttle(-1)",
        "throttle() takes a whole number that is not negative, found -1",
    ),
    sample(
        "retries",
        "retries(2)",
        "retries(-2)",
        "retries() takes a positive whole number, found -2",
    ),
    sample(
        "time-reopen",
        "time-reopen(2)",
        "time-reopen(0)",
        "time-reopen() takes a positive whole number, found 0",
    ),
    sample(
        "batch-lines",
        "batch-lines(0)",
        "batch-lines(-1)",
        "batch-lines() takes a whole number that is not negative, found -1",
    ),
    sample(
        "batch-timeout",
        "batch-timeout(1)",
        "batch-timeout(x)",
        // 0 is one on AxoSyslog only.
        "batch-timeout() takes a ",
    ),
    // AxoSyslog's, as what follows.
    sample(
        "worker-partition-buckets",
        r#"worker-partition-buckets("2")"#,
        r#"worker-partition-buckets("${")"#,
        "worker-partition-buckets()",
    ),
    sample(
        "worker-partition-autoscaling",
        "worker-partition-autoscaling(yes)",
        "worker-partition-autoscaling(x)",
        "worker-partition-autoscaling() takes yes or no",
    ),
    sample(
        "worker-partition-autoscaling-wfo",
        "worker-partition-autoscaling-wfo(1)",
        "worker-partition-autoscaling-wfo(0)",
        "worker-partition-autoscaling-wfo() takes a positive whole number, found 0",
    ),
    sample(
        "batch-idle-timeout",
        "batch-idle-timeout(0)",
        "batch-idle-timeout(-1)",
        "batch-idle-timeout() takes a whole number that is not negative, found -1",
    ),
    sample(
        "value-pairs",
        r#"value-pairs(scope("everything"))"#,
        "value-pairs(scop(x))",
        "value-pairs() does not take scop: did you mean scope()?",
    ),
    sample(
        "value-pairs/pair",
        r#"value-pairs(pair("a" "$MSG") pair(b int("1")))"#,
        r#"value-pairs(pair("a" "${"))"#,
        "pair():",
    ),
    sample(
        "value-pairs/key",
        r#"value-pairs(key("a*" b))"#,
        "value-pairs(key(1))",
        "key() takes a text, found 1",
    ),
    sample(
        "value-pairs/exclude",
        r#"value-pairs(exclude("a*"))"#,
        "value-pairs(exclude(1))",
        "exclude() takes a text, found 1",
    ),
    sample(
        "value-pairs/scope",
        "value-pairs(scope(none nv-pairs))",
        "value-pairs(scope(1))",
        "scope() takes a text, found 1",
    ),
    sample(
        "value-pairs/cast",
        "value-pairs(cast(yes))",
        "value-pairs(cast(x))",
        "cast() takes yes or no, found x",
    ),
    sample(
        "value-pairs/include-bytes",
        "value-pairs(include-bytes(yes))",
        "value-pairs(include-bytes(x))",
        "include-bytes() takes yes or no, found x",
    ),
    sample(
        "value-pairs/rekey",
        r#"value-pairs(rekey("a*" shift(1)))"#,
        "value-pairs(rekey(1))",
        "rekey() takes a text, found 1",
    ),
    sample(
        "value-pairs/rekey/shift",
        r#"value-pairs(rekey("a*" shift(1)))"#,
        r#"value-pairs(rekey("a*" shift(0)))"#,
        "shift() takes a positive whole number, found 0",
    ),
    sample(
        "value-pairs/rekey/shift-levels",
        r#"value-pairs(rekey("a*" shift-levels(1)))"#,
        r#"value-pairs(rekey("a*" shift-levels(x)))"#,
        "shift-levels() takes a positive whole number, found x",
    ),
    sample(
        "value-pairs/rekey/add-prefix",
        r#"value-pairs(rekey("a*" add-prefix("x")))"#,
        r#"value-pairs(rekey("a*" add-prefix(1)))"#,
        "add-prefix() takes a text, found 1",
    ),
    sample(
        "value-pairs/rekey/replace-prefix",
        r#"value-pairs(rekey("a*" replace-prefix("x" "y")))"#,
        r#"value-pairs(rekey("a*" replace-prefix("x")))"#,
        "replace-prefix() takes a text, found ')'",
    ),
    sample(
        "value-pairs/rekey/upper",
        r#"value-pairs(rekey("a*" upper()))"#,
        r#"value-pairs(rekey("a*" upper(1)))"#,
        "upper()",
    ),
    sample(
        "value-pairs/rekey/lower",
        r#"value-pairs(rekey("a*" lower()))"#,
        r#"value-pairs(rekey("a*" lower(1)))"#,
        "lower()",
    ),
    sample(
        "value-pairs/key/shift",
        r#"value-pairs(key("a*" rekey(shift(1))))"#,
        r#"value-pairs(key("a*" rekey(shift(0))))"#,
        "shift() takes a positive whole number, found 0",
    ),
    sample(
        "value-pairs/key/shift-levels",
        r#"value-pairs(key("a*" rekey(shift-levels(1))))"#,
        r#"value-pairs(key("a*" rekey(shift-level(1))))"#,
        "rekey() does not take shift-level: did you mean shift-levels()?",
    ),
    sample(
        "value-pairs/key/add-prefix",
        r#"value-pairs(key("a*" rekey(add-prefix("x"))))"#,
        r#"value-pairs(key("a*" rekey(add-prefix())))"#,
        "add-prefix() takes a text, found ')'",
    ),
    sample(
        "value-pairs/key/replace-prefix",
        r#"value-pairs(key("a*" rekey(replace-prefix("x" "y"))))"#,
        r#"value-pairs(key("a*" rekey(replace-prefix("x" 1))))"#,
        "replace-prefix() takes a text, found 1",
    ),
    sample(
        "value-pairs/key/upper",
        r#"value-pairs(key("a*" rekey(upper())))"#,
        r#"value-pairs(key("a*" rekey(upper)))"#,
        "upper()",
    ),
    sample(
        "value-pairs/key/lower",
        r#"value-pairs(key("a*" rekey(lower())))"#,
        r#"value-pairs(key("a*" rekey(lower)))"#,
        "lower()",
    ),
    sample(
        "ts-format",
        "ts-format(iso)",
        "ts-format(1)",
        "ts-format() takes a text, found 1",
    ),
    sample(
        "frac-digits",
        "frac-digits(3)",
        "frac-digits(-3)",
        "frac-digits() takes a whole number that is not negative, found -3",
    ),
    sample(
        "time-zone",
        r#"time-zone("UTC")"#,
        "time-zone(1)",
        "time-zone() takes a text, found 1",
    ),
    sample(
        "send-time-zone",
        r#"send-time-zone("UTC")"#,
        "send-time-zone()",
        "send-time-zone() takes a text, found ')'",
    ),
    sample(
        "local-time-zone",
        r#"local-time-zone("UTC")"#,
        "local-time-zone(1.5)",
        "local-time-zone() takes a text, found 1.5",
    ),
    sample(
        "template-escape",
        "template-escape(yes)",
        "template-escape(x)",
        "template-escape() takes yes or no, found x",
    ),
    sample(
        "on-error",
        "on-error(drop-property)",
        "on-error(drop)",
        "on-error() knows drop-message",
    ),
    // Sources.
    sample(
        "log-iw-size",
        "log-iw-size(200)",
        "log-iw-size(0)",
        "log-iw-size() takes a positive whole number, found 0",
    ),
    sample(
        "chain-hostnames",
        "chain-hostnames(yes)",
        "chain-hostnames(x)",
        "chain-hostnames() takes yes or no, found x",
    ),
    sample(
        "keep-hostname",
        "keep-hostname(on)",
        "keep-hostname()",
        "keep-hostname() takes yes or no, found ')'",
    ),
    sample(
        "keep-timestamp",
        "keep-timestamp(off)",
        "keep-timestamp(x)",
        "keep-timestamp() takes yes or no, found x",
    ),
    sample(
        "read-old-records",
        "read-old-records(no)",
        "read-old-records(x)",
        "read-old-records() takes yes or no, found x",
    ),
    sample(
        "use-syslogng-pid",
        "use-syslogng-pid(1)",
        "use-syslogng-pid(x)",
        "use-syslogng-pid() takes yes or no, found x",
    ),
    sample(
        "program-override",
        "program-override(p)",
        "program-override(1)",
        "program-override() takes a text, found 1",
    ),
    sample(
        "host-override",
        "host-override(h)",
        "host-override(1)",
        "host-override() takes a text, found 1",
    ),
    sample(
        "log-prefix",
        r#"log-prefix("p:")"#,
        "log-prefix(1)",
        "log-prefix() takes a text, found 1",
    ),
    sample(
        "tags",
        "tags(a b)",
        "tags(1)",
        "tags() takes a text, found 1",
    ),
    sample(
        "use-dns",
        "use-dns(persist_only)",
        "use-dns(maybe)",
        "use-dns() takes yes or no, found maybe",
    ),
    sample(
        "use-fqdn",
        "use-fqdn(yes)",
        "use-fqdn(x)",
        "use-fqdn() takes yes or no, found x",
    ),
    sample(
        "dns-cache",
        "dns-cache(no)",
        "dns-cache(x)",
        "dns-cache() takes yes or no, found x",
    ),
    sample(
        "normalize-hostnames",
        "normalize-hostnames(yes)",
        "normalize-hostnames(x)",
        "normalize-hostnames() takes yes or no, found x",
    ),
    sample(
        "format",
        "format(syslog)",
        "format(1)",
        "format() takes a text, found 1",
    ),
    sample(
        "default-severity",
        "default-severity(err)",
        "default-severity(bad)",
        "default-severity(): bad is no severity of syslog",
    ),
    sample(
        "default-facility",
        "default-facility(syslog)",
        "default-facility(bad)",
        "default-facility(): bad is no facility of syslog",
    ),
    sample(
        "sdata-prefix",
        r#"sdata-prefix(".my.")"#,
        "sdata-prefix(1)",
        "sdata-prefix() takes a text, found 1",
    ),
    sample(
        "fetch-no-data-delay",
        "fetch-no-data-delay(0.5)",
        "fetch-no-data-delay(-1)",
        "fetch-no-data-delay() takes a number that is not negative, found -1",
    ),
    // Parsers.
    sample(
        "template",
        r#"template("$MSG")"#,
        r#"template("${")"#,
        "template():",
    ),
];

/// Options whose samples depend on the driver.
pub(crate) const DESTINATION: &[Sample] = &[
    sample(
        "workers",
        "workers(2)",
        "workers(0)",
        "workers() takes a positive whole number, found 0",
    ),
    sample(
        "worker-partition-key",
        r#"worker-partition-key("$HOST")"#,
        r#"worker-partition-key("${")"#,
        "worker-partition-key():",
    ),
    sample(
        "flags",
        "flags(no-seqnum)",
        "flags(no-parse)",
        "flags() does not know no-parse",
    ),
];
/// As above.
pub(crate) const SOURCE: &[Sample] = &[sample(
    "flags",
    "flags(no-parse)",
    "flags(x)",
    "flags() does not know x",
)];
/// Options of ours that no grammar of the host gives a Python driver.
pub(crate) const ADDED: &[Sample] = &[sample(
    "batch-bytes",
    "batch-bytes(1000)",
    "batch-bytes(0)",
    "batch-bytes() takes a positive whole number, found 0",
)];
