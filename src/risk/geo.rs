//! Distances on the globe. All functions of `libm`, so that every machine gets the same bits.

use super::visit::GeoPoint;

const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Great-circle distance in kilometres (haversine formula).
pub(crate) fn distance_km(a: GeoPoint, b: GeoPoint) -> f64 {
    let (phi_a, phi_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half_phi = libm::sin((phi_b - phi_a) / 2.0);
    let half_lambda = libm::sin((b.longitude - a.longitude).to_radians() / 2.0);
    let h = half_phi * half_phi + libm::cos(phi_a) * libm::cos(phi_b) * half_lambda * half_lambda;
    2.0 * EARTH_RADIUS_KM * libm::asin(libm::sqrt(h.clamp(0.0, 1.0)))
}

/// A key for the square of a quarter of a degree around a point: about a town and its surroundings.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are clamped to the globe first"
)]
pub(crate) fn cell(point: GeoPoint) -> u32 {
    let row = libm::floor((point.latitude.clamp(-90.0, 90.0) + 90.0) * 4.0) as u32;
    let column = libm::floor((point.longitude.clamp(-180.0, 180.0) + 180.0) * 4.0) as u32;
    row * 2_048 + column
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oslo_to_new_york() {
        let at = |latitude, longitude| GeoPoint {
            latitude,
            longitude,
            radius_km: 0.0,
        };
        let km = distance_km(at(59.91, 10.75), at(40.71, -74.0));
        assert!((5_900.0..5_930.0).contains(&km), "{km}");
    }
}
