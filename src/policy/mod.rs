//! Policies: from an assessment to an outcome.
