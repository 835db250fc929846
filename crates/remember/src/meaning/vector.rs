//! Vectors as they are kept: a scale and a byte for each dimension.

/// A vector of length 1, in bytes. Against the vector it was made from, similarities shift by less
/// than a hundredth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Packed {
    scale: f32,
    values: Vec<i8>,
}

impl Packed {
    /// Packs a vector; it is brought to length 1. None where it has no direction.
    pub(crate) fn new(vector: &[f32]) -> Option<Self> {
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        let largest = vector.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
        if !length.is_normal() || !largest.is_finite() {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the largest becomes 127")]
        let values = vector.iter().map(|value| (value / largest * 127.0).round() as i8).collect();
        Some(Self { scale: largest / length / 127.0, values })
    }

    /// The bytes that a store keeps: the scale in little endian, then the values.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let values = self.values.iter().map(|value| value.to_le_bytes()[0]);
        self.scale.to_le_bytes().into_iter().chain(values).collect()
    }

    /// Reads [`to_bytes`](Self::to_bytes); none where that is not what it is.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, values) = bytes.split_first_chunk::<4>()?;
        let values: Vec<i8> = values.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        (!values.is_empty()).then_some(Self { scale: f32::from_le_bytes(*scale), values })
    }

    /// The vector again.
    pub(crate) fn unpack(&self) -> Vec<f32> {
        self.values.iter().map(|value| f32::from(*value) * self.scale).collect()
    }

    /// The cosine of the angle between two vectors; none where they are of two models.
    pub(crate) fn cosine(&self, other: &Self) -> Option<f64> {
        let scale = f64::from(self.scale) * f64::from(other.scale);
        (self.values.len() == other.values.len()).then(|| scale * f64::from(dot(&self.values, &other.values)))
    }
}

/// The dot product. At 1,536 dimensions it stays below 2^25.
fn dot(left: &[i8], right: &[i8]) -> i32 {
    left.iter().zip(right).map(|(left, right)| i32::from(i16::from(*left) * i16::from(*right))).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_no_direction_has_no_vector() {
        assert_eq!(Packed::new(&[0.0; 8]), None);
        assert_eq!(Packed::new(&[f32::NAN, 1.0]), None);
        assert_eq!(Packed::from_bytes(&[0; 4]), None);
    }

    proptest! {
        #[test]
        fn keeps_the_angle(pairs in proptest::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 64..200)) {
            let (left, right): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let length = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>().sqrt();
            let exact: f32 = left.iter().zip(&right).map(|(left, right)| left * right).sum();
            let exact = exact / length(&left) / length(&right);
            let (left, right) = (Packed::new(&left).unwrap(), Packed::new(&right).unwrap());
            prop_assert!((left.cosine(&right).unwrap() - f64::from(exact)).abs() < 0.01);
            prop_assert_eq!(Packed::from_bytes(&left.to_bytes()).unwrap(), left);
        }
    }
}
