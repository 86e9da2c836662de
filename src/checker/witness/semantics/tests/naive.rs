//! Definitions 2.1-2.6 written down once more, in plain rational arithmetic.

use super::*;
use num_traits::{One, Zero};

type Matrix = Vec<Vec<Rational>>;

fn times(x: &Matrix, weights: &SparseMatrix, columns: usize) -> Matrix {
    let image = |row: &Vec<Rational>| {
        let mut image = vec![Rational::zero(); columns];
        weights.iter().for_each(|(r, c, w)| image[c] += &row[r] * w);
        image
    };
    x.iter().map(image).collect()
}

fn dot(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).map(|(p, q)| p * q).sum()
}

fn affine(x: &Matrix, map: &AffineMap, columns: usize) -> Matrix {
    let mut y = times(x, &map.weights, columns);
    y.iter_mut().for_each(|row| map.bias.iter().for_each(|(c, b)| row[c] += b));
    y
}

/// softmax over equal scores, or any weights over equal values.
fn average(q: &Matrix, k: &Matrix, v: &Matrix) -> Matrix {
    let row = |query: &Vec<Rational>| {
        let scores: Vec<Rational> = k.iter().map(|key| dot(query, key)).collect();
        let constant = scores.iter().all(|score| *score == scores[0]);
        assert!(constant || v.iter().all(|value| *value == v[0]), "no exact value");
        let count = integer(v.len() as i64);
        (0..v[0].len()).map(|c| v.iter().map(|row| &row[c]).sum::<Rational>() / &count).collect()
    };
    q.iter().map(row).collect()
}

fn project(projection: &Projection, x: &Matrix) -> Matrix {
    let n = x.len();
    let entry = |r, c| (0..n).map(|j| projection.entry(r, j, n) * &x[j][c]).sum();
    (0..projection.rank()).map(|r| (0..x[0].len()).map(|c| entry(r, c)).collect()).collect()
}

fn head(head: &Head, x: &Matrix, width: usize) -> Matrix {
    let [q, k, v] = [&head.query, &head.key, &head.value].map(|w| times(x, w, width));
    match &head.mechanism {
        Mechanism::Softmax => average(&q, &k, &v),
        Mechanism::Linformer { e, f } => average(&q, &project(e, &k), &project(f, &v)),
        Mechanism::Performer { normalized: true, .. } => {
            assert!(k.iter().all(|key| *key == k[0]), "no exact value");
            average(&vec![vec![Rational::zero(); width]; x.len()], &k, &v)
        }
        Mechanism::Performer { normalized: false, .. } => {
            assert!(q.iter().chain(&k).flatten().all(Rational::is_zero), "no exact value");
            let sum = (0..width).map(|c| v.iter().map(|row| &row[c]).sum()).collect();
            vec![sum; x.len()]
        }
    }
}

/// The outputs by definition, for networks with an exact value.
pub fn evaluate(network: &Network, sequence: &Matrix) -> Matrix {
    let width = network.width();
    let mut x = affine(sequence, &network.embedding, width);
    for block in &network.blocks {
        let mut z = x.clone();
        if let Some(attention) = &block.attention {
            let heads: Vec<Matrix> = attention.heads.iter().map(|h| head(h, &x, width)).collect();
            let concatenated: Matrix =
                (0..x.len()).map(|i| heads.iter().flat_map(|rows| rows[i].clone()).collect()).collect();
            let attended = times(&concatenated, &attention.output, width);
            for (row, add) in z.iter_mut().zip(attended) {
                row.iter_mut().zip(add).for_each(|(slot, value)| *slot += value);
            }
        }
        for (row, z) in x.iter_mut().zip(&z) {
            for unit in &block.units {
                let linear = unit.input.iter().map(|(slot, w)| &z[slot] * w).sum::<Rational>() + &unit.bias.0;
                let active = linear >= Rational::zero();
                let rectified = linear.max(Rational::zero());
                let activated = match block.activation {
                    Activation::Relu => rectified,
                    Activation::Relu2 => &rectified * &rectified,
                    Activation::Step if active => Rational::one(),
                    Activation::Step => Rational::zero(),
                };
                unit.output.iter().for_each(|(slot, w)| row[slot] += &activated * w);
            }
            block.bias.iter().for_each(|(slot, b)| row[slot] += b);
        }
    }
    affine(&x, &network.readout, network.outputs)
}
