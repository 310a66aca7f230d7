//! How often each caller may ask: a bucket of tokens a caller, so that one that has gone wild slows down itself and nobody else.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Callers remembered before those that have been quiet are forgotten.
const CALLERS_MAX: usize = 65_536;

/// Buckets by caller. Kept in memory of one node.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<String, Bucket>>);

struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rates {
    /// Takes a token.
    ///
    /// # Errors
    /// After how long there will be one.
    pub fn take(
        &self,
        caller: &str,
        per_second: u32,
        burst: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        let (rate, most) = (f64::from(per_second), f64::from(burst.max(1)));
        if per_second == 0 {
            return Ok(());
        }
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS_MAX {
            buckets.retain(|_, bucket| {
                bucket.tokens + now.duration_since(bucket.at).as_secs_f64() * rate < most
            });
        }
        // Found by its borrowed name first: the usual case allocates nothing.
        if !buckets.contains_key(caller) {
            let full = Bucket {
                tokens: most,
                at: now,
            };
            buckets.insert(caller.to_owned(), full);
        }
        let Some(bucket) = buckets.get_mut(caller) else {
            return Ok(());
        };
        let gained = now.duration_since(bucket.at).as_secs_f64() * rate;
        (bucket.tokens, bucket.at) = ((bucket.tokens + gained).min(most), now);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(())
        } else {
            Err(Duration::from_secs_f64((1.0 - bucket.tokens) / rate))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_its_burst_and_then_its_rate_and_no_one_elses() {
        let rates = Rates::default();
        let begin = Instant::now();
        let take =
            |caller: &str, millis| rates.take(caller, 10, 3, begin + Duration::from_millis(millis));
        for _ in 0..3 {
            take("t1", 0).unwrap();
        }
        let wait = take("t1", 0).unwrap_err();
        assert_eq!(wait.as_millis(), 100);
        take("t2", 0).unwrap();
        take("t1", 100).unwrap();
        take("t1", 100).unwrap_err();
        for _ in 0..3 {
            take("t1", 60_000).unwrap();
        }
        take("t1", 60_000).unwrap_err();
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        let rates = Rates::default();
        let now = Instant::now();
        assert!((0..1000).all(|_| rates.take("t1", 0, 0, now).is_ok()));
    }
}
