// SPDX-License-Identifier: GPL-2.0-or-later

//! Python values, as expressions: what fails can be read.

use std::ffi::CString;

use proptest::prelude::*;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What can be said of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    None,
    Bool(bool),
    /// A whole number, or what counts as one.
    Int(i128),
    Float(f64),
    /// With a lone surrogate, if there is one it has no bytes.
    Text(Option<String>),
    Bytes(Vec<u8>),
    /// Raises when it is asked for anything.
    Raising,
    List(Vec<Kind>),
    Tuple(Vec<Kind>),
    Other,
}

/// An expression, and what its value is.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) expression: String,
    pub(crate) kind: Kind,
}

/// What expressions name.
pub(crate) const NAMES: &str = r#"
import datetime, enum
class Number(enum.IntEnum):
    ONE = 1
    MANY = 99
class Index:
    def __init__(self, number): self.number = number
    def __index__(self): return self.number
class Raising:
    def fail(self, *arguments): raise ValueError("it never works")
    __bool__ = __int__ = __index__ = __len__ = __getitem__ = __iter__ = __repr__ = __str__ = __eq__ = fail
    __hash__ = None
class Word(str): pass
"#;

/// Runs `body` with Python, which the tests of this crate start once.
pub(crate) fn with_python<T>(body: impl FnOnce(Python<'_>) -> T) -> T {
    Python::initialize();
    Python::attach(body)
}

/// The value of an expression.
pub(crate) fn evaluate<'py>(py: Python<'py>, expression: &str) -> Bound<'py, PyAny> {
    let names = PyDict::new(py);
    let text = |text: &str| CString::new(text).unwrap();
    py.run(&text(NAMES), Some(&names), None).unwrap();
    py.eval(&text(expression), Some(&names), None).unwrap()
}

fn shape(expression: impl Into<String>, kind: Kind) -> Shape {
    Shape {
        expression: expression.into(),
        kind,
    }
}

/// A str by its code points.
fn text(points: &[u32]) -> Shape {
    let expression: String = points.iter().map(|c| format!("\\U{c:08x}")).collect();
    let text = points.iter().map(|c| char::from_u32(*c)).collect();
    shape(format!("'{expression}'"), Kind::Text(text))
}

fn bytes(bytes: &[u8]) -> Shape {
    let expression: String = bytes.iter().map(|b| format!("\\x{b:02x}")).collect();
    shape(format!("b'{expression}'"), Kind::Bytes(bytes.to_vec()))
}

fn float(number: f64) -> Shape {
    let expression = if number.is_finite() {
        format!("{number:?}")
    } else {
        format!("float('{number}')")
    };
    shape(expression, Kind::Float(number))
}

/// Mostly letters, and now and then a NUL, a surrogate or anything else.
fn points() -> impl Strategy<Value = Vec<u32>> {
    let point = prop_oneof![
        6 => 0x20..0x7f_u32,
        1 => Just(0),
        1 => 0xd800..0xe000_u32,
        2 => 0..0x11_0000_u32,
    ];
    prop::collection::vec(point, 0..12)
}

fn leaf() -> impl Strategy<Value = Shape> {
    let constants = [
        ("None", Kind::None),
        ("True", Kind::Bool(true)),
        ("False", Kind::Bool(false)),
        ("Number.ONE", Kind::Int(1)),
        ("Number.MANY", Kind::Int(99)),
        ("Raising()", Kind::Raising),
        ("object()", Kind::Other),
        ("lambda: True", Kind::Other),
        ("{1: 2}", Kind::Other),
        ("(n for n in range(3))", Kind::Other),
        ("Word('word')", Kind::Text(Some("word".to_owned()))),
        ("datetime.datetime(2024, 2, 29)", Kind::Other),
    ];
    let constants = constants.map(|(expression, kind)| shape(expression, kind));
    prop_oneof![
        3 => prop::sample::select(constants.to_vec()),
        3 => (-3..12_i128).prop_map(|n| shape(n.to_string(), Kind::Int(n))),
        1 => any::<i128>().prop_map(|n| shape(n.to_string(), Kind::Int(n))),
        1 => any::<i64>().prop_map(|n| shape(n.to_string(), Kind::Int(n.into()))),
        1 => (-3..12_i128).prop_map(|n| shape(format!("Index({n})"), Kind::Int(n))),
        1 => any::<f64>().prop_map(float),
        3 => points().prop_map(|points| text(&points)),
        2 => prop::collection::vec(any::<u8>(), 0..12).prop_map(|all| bytes(&all)),
    ]
}

fn several(of: Vec<Shape>, is_list: bool) -> Shape {
    let expressions: Vec<_> = of.iter().map(|one| one.expression.as_str()).collect();
    let expressions = expressions.join(", ");
    let kinds = of.into_iter().map(|one| one.kind).collect();
    if is_list {
        shape(format!("[{expressions}]"), Kind::List(kinds))
    } else if expressions.is_empty() {
        shape("()", Kind::Tuple(kinds))
    } else {
        shape(format!("({expressions},)"), Kind::Tuple(kinds))
    }
}

/// Any value.
pub(crate) fn any_value() -> impl Strategy<Value = Shape> {
    let several = leaf().prop_recursive(2, 12, 4, |inner| {
        (prop::collection::vec(inner, 0..4), any::<bool>()).prop_map(|(of, list)| several(of, list))
    });
    prop_oneof![2 => leaf(), 1 => several]
}
