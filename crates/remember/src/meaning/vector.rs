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

    /// The values as they are multiplied.
    fn widened(&self) -> Vec<i16> {
        self.values.iter().map(|value| i16::from(*value)).collect()
    }

    /// The cosine of the angle between two vectors; none where they are of two models.
    #[cfg(test)]
    pub(crate) fn cosine(&self, other: &Self) -> Option<f64> {
        let scale = f64::from(self.scale) * f64::from(other.scale);
        let equal = self.values.len() == other.values.len();
        equal.then(|| scale * f64::from(dot(&self.values, &other.widened())))
    }
}

/// The dot product. At 4,000 dimensions it stays below 2^26.
fn dot(left: &[i8], right: &[i16]) -> i32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor was asked a line above. The function itself does nothing unsafe.
        return unsafe { dot_avx2(left, right) };
    }
    sum_of_products(left, right)
}

/// The same, compiled for processors of the last ten years: three times as fast.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dot_avx2(left: &[i8], right: &[i16]) -> i32 {
    sum_of_products(left, right)
}

#[inline(always)]
fn sum_of_products(left: &[i8], right: &[i16]) -> i32 {
    left.iter().zip(right).map(|(left, right)| i32::from(*left) * i32::from(*right)).sum()
}

/// A vector that many others are compared with.
#[derive(Debug, Clone)]
pub(crate) struct Compass {
    scale: f32,
    values: Vec<i16>,
}

impl Compass {
    /// Makes one of a vector.
    pub(crate) fn new(vector: &Packed) -> Self {
        Self { scale: vector.scale, values: vector.widened() }
    }
}

/// Many vectors of one model, one behind the other: comparing all of them reads memory in its order.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    /// Set by the first vector; 0 before.
    dimensions: usize,
    /// 0 where there is no vector.
    scales: Vec<f32>,
    values: Vec<i8>,
}

impl Vectors {
    /// Adds the next one, or the place of one that is missing.
    pub(crate) fn push(&mut self, vector: Option<Packed>) {
        self.take_dimensions(vector.as_ref().map_or(0, |vector| vector.values.len()));
        let fitting = vector.filter(|vector| vector.values.len() == self.dimensions);
        self.scales.push(fitting.as_ref().map_or(0.0, |vector| vector.scale));
        match fitting {
            Some(vector) => self.values.extend(vector.values),
            None => self.values.resize(self.dimensions * self.scales.len(), 0),
        }
    }

    /// The places so far get their zeros once it is known how long vectors are.
    fn take_dimensions(&mut self, dimensions: usize) {
        if self.dimensions == 0 && dimensions > 0 {
            self.dimensions = dimensions;
            self.values.resize(dimensions * self.scales.len(), 0);
        }
    }

    /// The scales, then the values, as [`extend_from_bytes`](Self::extend_from_bytes) reads them.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let scales = self.scales.iter().flat_map(|scale| scale.to_le_bytes());
        scales.chain(self.values.iter().map(|value| value.to_le_bytes()[0])).collect()
    }

    /// Adds what [`to_bytes`](Self::to_bytes) made of so many places; false, and nothing is added, where it is
    /// something else.
    pub(crate) fn extend_from_bytes(&mut self, bytes: &[u8], places: usize) -> bool {
        let Some((scales, values)) = bytes.split_at_checked(4 * places) else { return false };
        if !values.is_empty() {
            let dimensions = values.len() / places.max(1);
            self.take_dimensions(dimensions);
            if self.dimensions != dimensions || dimensions * places != values.len() {
                return false;
            }
        }
        self.scales.extend(scales.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
        self.values.extend(values.iter().map(|byte| i8::from_le_bytes([*byte])));
        self.values.resize(self.dimensions * self.scales.len(), 0);
        true
    }

    /// The cosine of the angle to one of them; none where one is missing or of another model.
    pub(crate) fn cosine(&self, at: usize, other: &Compass) -> Option<f64> {
        let own_scale = self.scales.get(at).copied().filter(|scale| *scale > 0.0)?;
        let own = self.values.get(at * self.dimensions..(at + 1) * self.dimensions)?;
        let scale = f64::from(own_scale) * f64::from(other.scale);
        (own.len() == other.values.len()).then(|| scale * f64::from(dot(own, &other.values)))
    }
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

    #[test]
    fn vectors_in_a_row_are_as_by_themselves() {
        let packed = |values: &[f32]| Packed::new(values).unwrap();
        let (one, two, odd) = (packed(&[1.0, 0.5]), packed(&[-0.2, 1.0]), packed(&[1.0, 2.0, 3.0]));
        let mut vectors = Vectors::default();
        for vector in [None, Some(one.clone()), Some(odd.clone()), None, Some(two.clone())] {
            vectors.push(vector);
        }
        let mut again = Vectors::default();
        again.push(None);
        assert!(again.extend_from_bytes(&vectors.to_bytes(), 5) && !again.extend_from_bytes(&[0; 9], 2));
        for (vectors, first) in [(vectors, 0), (again, 1)] {
            let found: Vec<_> =
                (first..first + 6).map(|at| vectors.cosine(at, &Compass::new(&two))).collect();
            assert_eq!(found, [None, one.cosine(&two), None, None, two.cosine(&two), None]);
            assert_eq!(vectors.cosine(first + 1, &Compass::new(&odd)), None);
        }
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
