//! Which route takes a request, by API Gateway's rules.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::template::{EventKind, Function, Route};

/// The routes of the API.
#[derive(Debug, Clone, Default)]
pub(crate) struct RouteTable {
    routes: Vec<Entry>,
    default: Option<String>,
}

#[derive(Debug, Clone)]
struct Entry {
    key: String,
    method: Option<String>,
    segments: Vec<Segment>,
    group: String,
}

/// In the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
    Greedy(String),
}

/// The route of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'t> {
    /// The route's key.
    pub(crate) key: &'t str,
    /// The function to call.
    pub(crate) group: &'t str,
    /// Values of the path's parameters, decoded.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl RouteTable {
    /// The routes of the template's functions.
    pub(crate) fn new(functions: &[Function]) -> Self {
        let mut table = Self::default();
        for function in functions {
            for event in &function.events {
                let EventKind::Http(route) = &event.kind else { continue };
                table.add(route, &function.group);
            }
        }
        table.by_precedence()
    }

    /// The route for a request, if there is one.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        let serves = |entry: &&Entry| entry.method.as_deref().is_none_or(|served| served == method);
        let found = self.routes.iter().filter(serves).find_map(|entry| {
            let parameters = parameters_of(&entry.segments, &parts)?;
            Some(Matched { key: &entry.key, group: &entry.group, parameters })
        });
        let default = || {
            let group = self.default.as_deref()?;
            Some(Matched { key: "$default", group, parameters: BTreeMap::new() })
        };
        found.or_else(default)
    }

    /// The first that matches wins: exact paths before parameters before greedy ones, a method before ANY.
    fn by_precedence(mut self) -> Self {
        self.routes.sort_by_cached_key(|entry| (precedence(&entry.segments), entry.method.is_none()));
        self
    }

    fn add(&mut self, route: &Route, group: &str) {
        match route {
            Route::Default => self.default = Some(group.to_owned()),
            Route::Path { method, path } => self.routes.push(Entry {
                key: route.key(),
                method: method.clone(),
                segments: path.trim_start_matches('/').split('/').map(Segment::of).collect(),
                group: group.to_owned(),
            }),
        }
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|open| open.strip_suffix('}')) {
            None => Self::Literal(text.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Parameter(name.to_owned()),
            },
        }
    }
}

/// Greedy paths come last, however long; within a kind, the earlier segment decides.
fn precedence(segments: &[Segment]) -> (bool, Vec<u8>) {
    let ranks = segments.iter().map(|segment| match segment {
        Segment::Literal(_) => 0,
        Segment::Parameter(_) => 1,
        Segment::Greedy(_) => 2,
    });
    (matches!(segments.last(), Some(Segment::Greedy(_))), ranks.collect())
}

fn parameters_of(segments: &[Segment], parts: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut rest = parts;
    for segment in segments {
        let (part, after) = rest.split_first()?;
        match segment {
            Segment::Literal(literal) => {
                if decoded(part) != *literal {
                    return None;
                }
            }
            Segment::Parameter(name) => {
                if part.is_empty() {
                    return None;
                }
                parameters.insert(name.clone(), decoded(part));
            }
            Segment::Greedy(name) => {
                // The rest may be empty, but its slash is there: `/docs/{proxy+}` takes `/docs/` and not `/docs`.
                let all = rest.join("/");
                parameters.insert(name.clone(), decoded(&all));
                return Some(parameters);
            }
        }
        rest = after;
    }
    rest.is_empty().then_some(parameters)
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: &[(&str, &str)]) -> RouteTable {
        let mut table = RouteTable::default();
        for (method, path) in routes {
            let method = (*method != "ANY").then(|| (*method).to_owned());
            let route = match *path {
                "$default" => Route::Default,
                path => Route::Path { method, path: path.to_owned() },
            };
            table.add(&route, "subject");
        }
        table.by_precedence()
    }

    fn key<'t>(table: &'t RouteTable, method: &str, path: &str) -> Option<&'t str> {
        table.find(method, path).map(|matched| matched.key)
    }

    #[test]
    fn exact_paths_come_before_parameters_before_greedy_ones_before_the_default() {
        let table = table(&[
            ("ANY", "$default"),
            ("ANY", "/docs/{proxy+}"),
            ("ANY", "/docs/{page}"),
            ("ANY", "/docs/index"),
            ("ANY", "/docs/{page}/source"),
        ]);
        assert_eq!(key(&table, "GET", "/docs/index"), Some("ANY /docs/index"));
        assert_eq!(key(&table, "GET", "/docs/other"), Some("ANY /docs/{page}"));
        assert_eq!(key(&table, "GET", "/docs/other/source"), Some("ANY /docs/{page}/source"));
        assert_eq!(key(&table, "GET", "/docs/other/else"), Some("ANY /docs/{proxy+}"));
        assert_eq!(key(&table, "GET", "/docs/"), Some("ANY /docs/{proxy+}"));
        assert_eq!(key(&table, "GET", "/docs"), Some("$default"));
    }

    #[test]
    fn a_method_comes_before_any_and_another_method_is_not_served() {
        let table = table(&[("ANY", "/a/{id}"), ("GET", "/a/{id}"), ("GET", "/b")]);
        assert_eq!(key(&table, "GET", "/a/1"), Some("GET /a/{id}"));
        assert_eq!(key(&table, "HEAD", "/a/1"), Some("ANY /a/{id}"));
        assert_eq!(key(&table, "POST", "/b"), None);
    }

    #[test]
    fn a_trailing_slash_makes_another_route() {
        let table = table(&[("ANY", "/a/{id}"), ("ANY", "/a/{id}/")]);
        assert_eq!(key(&table, "GET", "/a/1"), Some("ANY /a/{id}"));
        assert_eq!(key(&table, "GET", "/a/1/"), Some("ANY /a/{id}/"));
        assert_eq!(key(&table, "GET", "/a//"), None);
    }

    #[test]
    fn parameters_are_decoded() {
        let table = table(&[("ANY", "/a/{id}/b/{rest+}")]);
        let matched = table.find("GET", "/a/caf%C3%A9%2F1/b/c/d%20e").unwrap();
        let wanted = [("id", "café/1"), ("rest", "c/d e")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(matched.parameters, BTreeMap::from(wanted));
    }
}
