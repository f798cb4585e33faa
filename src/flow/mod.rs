//! The one place that knows what comes next in a sign-in. After every step the browser returns to [`next::next`]; steps
//! never route to each other.

pub mod need;
pub mod next;
