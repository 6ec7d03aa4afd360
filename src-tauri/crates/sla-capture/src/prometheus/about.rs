//! What a server tells of itself, for whoever connects one: nothing of it is evidence.

use serde::Deserialize;
use sla_core::time::UnixSeconds;

use super::{Prometheus, PrometheusError};

/// The oldest sample that a Prometheus keeps, where it watches itself.
const OLDEST: &str = "min(prometheus_tsdb_lowest_timestamp_seconds)";

/// What a server tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name and version.
    pub version: String,
    /// How long it keeps samples, in its own words, such as `15d`; `None` where it does not tell.
    pub retention: Option<String>,
    /// The same in seconds; `None` where it does not tell, or keeps them by their size alone.
    pub kept_seconds: Option<i64>,
    /// Its oldest sample, Unix seconds; `None` where it does not tell.
    pub oldest: Option<UnixSeconds>,
}

impl Prometheus {
    /// Asks a server who it is. That it does not tell how far back it reaches is no error.
    ///
    /// # Errors
    /// [`PrometheusError`] when it cannot be reached, or is none.
    pub async fn about(&self, now: UnixSeconds) -> Result<About, PrometheusError> {
        let version = self.version().await?;
        let runtime = self.http.get(&self.http.endpoint("api/v1/status/runtimeinfo")).await.ok().flatten();
        let retention = runtime.as_deref().and_then(retention);
        let at = now.to_string();
        let form = [("query", OLDEST), ("time", at.as_str())];
        // Others keep this metric of the servers that they collect from.
        let oldest = match version.range_ends {
            Some(_) => self.http.post(&self.http.endpoint("api/v1/query"), &form, OLDEST).await.ok(),
            None => None,
        };
        let kept_seconds = retention.as_deref().and_then(seconds);
        let oldest = oldest.as_deref().and_then(single);
        Ok(About { version: version.text, retention, kept_seconds, oldest })
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

/// How long samples are kept, out of the runtime information.
fn retention(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Runtime {
        storage_retention: String,
    }
    let Answer { data: Runtime { storage_retention } } = serde_json::from_slice(body).ok()?;
    Some(storage_retention).filter(|text| !text.is_empty())
}

/// The time of a retention such as `15d`, `360h0m0s` or `15d or 50GiB`.
fn seconds(retention: &str) -> Option<i64> {
    let (mut sum, mut digits) = (0_i64, String::new());
    let mut letters = retention.split_whitespace().next()?.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            'm' if letters.next_if_eq(&'s').is_some() => 0,
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            'y' => 365 * 86_400,
            _ => return None,
        };
        sum = sum.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    Some(sum).filter(|_| digits.is_empty())
}

/// The one value of an instant query as whole seconds; `None` where there is none, or it is no time.
fn single(body: &[u8]) -> Option<UnixSeconds> {
    #[derive(Deserialize)]
    struct Vector {
        result: Vec<Sample>,
    }
    #[derive(Deserialize)]
    struct Sample {
        value: (serde_json::Value, String),
    }
    let Answer { data: Vector { result } } = serde_json::from_slice(body).ok()?;
    let (whole, _) = result.first()?.value.1.split_once('.').unwrap_or((&result.first()?.value.1, ""));
    // A server without any block says the largest number there is.
    whole.parse().ok().filter(|at| (0..7_289_654_400).contains(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_tells_of_itself_is_read_where_it_does() {
        assert_eq!(retention(br#"{"status":"success","data":{"storageRetention":"15d"}}"#).as_deref(), Some("15d"));
        for silent in ["{}", r#"{"data":{}}"#, r#"{"data":{"storageRetention":""}}"#, "no"] {
            assert_eq!(retention(silent.as_bytes()), None, "{silent}");
        }
        for (text, expected) in [
            ("15d", Some(1_296_000)),
            ("360h0m0s", Some(1_296_000)),
            ("1y2w", Some(32_745_600)),
            ("15d or 50GiB", Some(1_296_000)),
            ("1m500ms", Some(60)),
            ("50GiB", None),
            ("d", None),
            ("15", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        #[track_caller]
        fn check(value: &str, expected: Option<UnixSeconds>) {
            let body =
                format!(r#"{{"data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[1.5,"{value}"]}}]}}}}"#);
            assert_eq!(single(body.as_bytes()), expected);
        }
        check("1790805660", Some(1_790_805_660));
        check("1790805660.25", Some(1_790_805_660));
        check("9223372036854775", None);
        check("NaN", None);
        assert_eq!(single(br#"{"data":{"result":[]}}"#), None);
    }
}
