//! Variables in queries and paths: `$tenant`, `$slice` and every label of the tenant.

use std::collections::BTreeMap;

/// Values for a query's variables.
#[derive(Clone, Debug)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The variables of a tenant: its labels, its id as `tenant` (unless a label of that name says otherwise), and the
    /// width of a slice as `slice`, for example `60s`.
    pub fn new(tenant: &str, labels: &BTreeMap<String, String>, slice_seconds: i64) -> Self {
        let mut values = BTreeMap::from([("tenant".to_owned(), tenant.to_owned())]);
        values.extend(labels.clone());
        values.insert("slice".to_owned(), format!("{slice_seconds}s"));
        Self(values)
    }

    /// The query with every `$name` and `${name}` replaced and escaped for a quoted PromQL string. A `$` that no name
    /// follows stays as it is: regular expressions end with one.
    pub fn in_query(&self, query: &str) -> Result<String, UnknownVariable> {
        self.replace(query, |value| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
    }

    /// The path with its variables replaced.
    pub fn in_path(&self, path: &str) -> Result<String, UnknownVariable> {
        self.replace(path, str::to_owned)
    }

    fn replace(&self, text: &str, escape: impl Fn(&str) -> String) -> Result<String, UnknownVariable> {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            replaced.push_str(before);
            let (name, behind) = variable(after);
            if name.is_empty() {
                replaced.push('$');
                rest = after;
                continue;
            }
            let value = self.0.get(name).ok_or_else(|| UnknownVariable {
                name: name.to_owned(),
                known: self.0.keys().map(|name| format!("${name}")).collect::<Vec<_>>().join(", "),
            })?;
            replaced.push_str(&escape(value));
            rest = behind;
        }
        replaced.push_str(rest);
        Ok(replaced)
    }
}

/// Whether a text names a variable other than `$slice`, and so can differ between tenants.
pub(super) fn tells_tenants_apart(text: &str) -> bool {
    text.split('$').skip(1).any(|after| !matches!(variable(after).0, "" | "slice"))
}

/// The variable's name after a `$`, and what follows it.
fn variable(after: &str) -> (&str, &str) {
    if let Some(braced) = after.strip_prefix('{') {
        return match braced.split_once('}') {
            Some((name, behind)) if is_name(name) => (name, behind),
            _ => ("", after),
        };
    }
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
    let (name, behind) = after.split_at(end);
    if is_name(name) { (name, behind) } else { ("", after) }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A query names a variable that the tenant has not.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found the variable ${name}, expected one of: {known}")]
pub struct UnknownVariable {
    /// The variable's name.
    pub name: String,
    /// The names that exist.
    pub known: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_and_escaped() {
        let labels = BTreeMap::from([("cluster".to_owned(), "a\"} or x{b=\"".to_owned())]);
        let variables = Variables::new("nord", &labels, 60);
        #[track_caller]
        fn check(variables: &Variables, query: &str, expected: Result<&str, &str>) {
            let got = variables.in_query(query);
            assert_eq!(got.as_deref().map_err(|error| error.name.as_str()), expected);
        }
        check(&variables, r#"up{tenant="$tenant"}"#, Ok(r#"up{tenant="nord"}"#));
        check(&variables, "x[$slice]", Ok("x[60s]"));
        check(&variables, "x[${slice}]", Ok("x[60s]"));
        check(&variables, r#"x{code=~"5..$"}"#, Ok(r#"x{code=~"5..$"}"#));
        check(&variables, r#"x{c="$cluster"}"#, Ok(r#"x{c="a\"} or x{b=\""}"#));
        check(&variables, "x{t=\"$tenants\"}", Err("tenants"));
        check(&variables, "x[$__range]", Err("__range"));
        check(&variables, "", Ok(""));
    }

    #[test]
    fn a_query_that_only_names_the_slice_is_the_same_for_every_tenant() {
        assert!(tells_tenants_apart("x{tenant=\"$tenant\"}"));
        assert!(!tells_tenants_apart("x[$slice]"));
        assert!(!tells_tenants_apart("x{a=~\"b$\"}"));
    }
}
