//! Why a capture gave no evidence.

use sla_core::time::UnixSeconds;

use crate::file::FileError;
use crate::prometheus::PrometheusError;
use crate::source::instant;
use crate::sql::SqlError;

/// Why a capture gave no evidence. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The width of a slice is no width.
    #[error("found a slice width of {step_seconds} s, expected at least 1 s")]
    Step {
        /// The width asked for.
        step_seconds: i64,
    },
    /// The period lies outside the years that are handled.
    #[error("the period's border {} lies outside the years 1970 to 2200", instant(*.border))]
    Years {
        /// The border, Unix seconds.
        border: UnixSeconds,
    },
    /// A border of the period is no multiple of the slice's width.
    #[error(
        "the period's border {border} is no multiple of the slice width of {step_seconds} s: the zone's offset from \
         UTC is not, and servers move requests to multiples; slices of {fitting_seconds} s fit"
    )]
    Unaligned {
        /// The first border that does not fit, in UTC.
        border: String,
        /// The width asked for.
        step_seconds: i64,
        /// The widest part of it that fits both borders.
        fitting_seconds: i64,
    },
    /// The period has more slices than are handled.
    #[error("found {found} slices in the period, expected at most {limit}; use wider slices")]
    TooManySlices {
        /// Slices in the period.
        found: i64,
        /// Most that are handled.
        limit: i64,
    },
    /// The source answered, but not one slice has both numbers.
    #[error("none of the {slices} slices of the period has a usable pair of numbers; first reason: {reason}")]
    Unusable {
        /// Slices in the period.
        slices: i64,
        /// The first warning or note.
        reason: String,
    },
    /// The Prometheus server gave no answer, or none that is evidence.
    #[error(transparent)]
    Prometheus(#[from] PrometheusError),
    /// The database gave no answer, or none that is evidence.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The file is no evidence.
    #[error(transparent)]
    File(#[from] FileError),
}

impl CaptureError {
    /// Whether a source answered and had nothing to say of what it was asked for.
    pub fn said_nothing(&self) -> bool {
        matches!(self.code(), "prometheus.no_series" | "prometheus.no_target" | "capture.unusable")
    }

    /// A stable name of the reason for programs, such as `prometheus.no_series`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Step { .. } => "capture.step",
            Self::Years { .. } => "capture.years",
            Self::Unaligned { .. } => "capture.unaligned",
            Self::TooManySlices { .. } => "capture.too_many_slices",
            Self::Unusable { .. } => "capture.unusable",
            Self::Prometheus(error) => error.code(),
            Self::Sql(error) => error.code(),
            Self::File(error) => error.code(),
        }
    }
}
