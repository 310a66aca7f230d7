//! One route, called by whose it is and by a neighbour.

use serde::Serialize;
use serde_json::Value;

/// A route, called by whose it is and by a neighbour.
pub struct Case {
    pub route: (&'static str, &'static str),
    pub owner: &'static str,
    pub neighbour: &'static str,
    pub path: String,
    pub body: Option<Value>,
    /// What the neighbour sends, where it is not the same.
    pub theirs: Option<(String, Option<Value>)>,
    /// What the owner's answer has and the neighbour's must not.
    pub marks: Vec<String>,
    /// The neighbour may be told something of its own, but not the same.
    pub differs: bool,
    /// The owner's status, where it is no success.
    pub status: Option<u16>,
}

/// All of them.
pub struct Cases(pub Vec<Case>);

impl Cases {
    /// `path`: behind `/api/v1`, as called; the route is found by its pieces.
    pub fn add(
        &mut self,
        (owner, neighbour): (&'static str, &'static str),
        (method, route): (&'static str, &'static str),
        names: &[&str],
        body: Option<Value>,
    ) -> &mut Case {
        let mut path = route.to_owned();
        for name in names {
            let (from, to) = (path.find('{').unwrap(), path.find('}').unwrap());
            path.replace_range(from..=to, name);
        }
        self.0.push(Case {
            route: (method, route),
            owner,
            neighbour,
            path,
            body,
            theirs: None,
            marks: Vec::new(),
            differs: false,
            status: None,
        });
        self.0.last_mut().unwrap()
    }
}

/// As a request's body.
pub fn json_of(value: &impl Serialize) -> Option<Value> {
    Some(serde_json::to_value(value).unwrap())
}
