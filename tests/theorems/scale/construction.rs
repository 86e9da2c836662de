//! The closed forms of the continuous construction against networks that are built.

use proptest::prelude::*;
use sumformer::lowering::budget::plan_budget;
use sumformer::lowering::plan::{Layout, Plan};
use sumformer::scale::construction::{Member, NoClosedForm};
use sumformer::scale::construction_row::{ConstructionPoint, Fineness, construction_row};
use sumformer::scale::family::Family;
use sumformer::scale::network::{Limits, NetworkPoint, network_row};
use sumformer::strategies::architectures;
use sumformer::sumformer::latent::LatentMode;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::format::network::Activation;

fn families() -> impl Strategy<Value = Family> {
    prop_oneof![Just(Family::Features), Just(Family::Power), Just(Family::Product)]
}

/// A member of each family: `size` is D, or d for products.
fn member(family: Family, tokens: usize, dimension: u32, size: u32) -> Member {
    match family {
        Family::Features => Member { family, tokens, dimension, degree: size },
        Family::Power => Member { family, tokens, dimension, degree: 1 << (size % 4) },
        Family::Product => Member { family, tokens, dimension: size, degree: size },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn closed_forms_are_the_counted_networks_with_relu2(
        family in families(), tokens in 2usize..7, dimension in 1u32..4, size in 1u32..7, architecture in architectures(),
    ) {
        let point = ConstructionPoint {
            member: member(family, tokens, dimension, size),
            fineness: Fineness::Exact,
            architecture,
        };
        let row = construction_row(&point, 3000).unwrap();
        prop_assert_eq!(row.agrees(), Some(true), "{:?}: {:?}", point, row);
    }

    #[test]
    fn closed_forms_are_the_counted_networks_with_relu(
        family in families(), tokens in 2usize..40, dimension in 1u32..4, size in 1u32..3, pieces in 2u64..70,
        architecture in architectures(),
    ) {
        let mut member = member(family, tokens, dimension, size);
        member.degree = member.degree.min(2);
        let point = ConstructionPoint { member, fineness: Fineness::Pieces(pieces), architecture };
        let row = construction_row(&point, 3000).unwrap();
        prop_assert_eq!(row.agrees(), Some(true), "{:?}: {:?}", point, row);
    }

    #[test]
    fn the_coefficient_of_the_units_is_the_planners(
        family in families(), tokens in 2usize..9, dimension in 1u32..4, exponent in 1u32..3,
    ) {
        let degree = 1 << exponent;
        let (dimension, degree) = match family {
            Family::Features => (dimension, 2),
            Family::Power => (dimension, degree),
            Family::Product => (degree, degree),
        };
        let member = Member { family, tokens, dimension, degree };
        let (sumformer, surrogate) = family.sumformer(tokens, dimension as usize, degree).unwrap();
        let plan = Plan::new(&sumformer, &surrogate, Layout::Tree);
        let predicted = member.units_coefficient().unwrap() / 1e-7;
        let planned = plan_budget(&sumformer, &surrogate, &plan, 1e-14).units;
        // Pieces are whole numbers, of which there are very many here.
        prop_assert!((planned / predicted - 1.0).abs() < 1e-3, "{member:?}: {planned} planned, {predicted} predicted");
    }
}

#[test]
fn the_closed_form_is_that_of_the_network_with_power_sums() {
    let limits = Limits { units: 1 << 20, terms: 100_000 };
    for (family, tokens, dimension, degree) in
        [(Family::Features, 5, 2, 4), (Family::Power, 3, 2, 4), (Family::Product, 3, 3, 3)]
    {
        let (_, surrogate) = family.sumformer(tokens, dimension as usize, degree).unwrap();
        let point = NetworkPoint {
            epsilon: ratio(1, 1000),
            activation: Activation::Relu2,
            // A family of features is one essential sum.
            latent: LatentMode::Powers,
            layout: Layout::Tree,
        };
        let row = network_row(&surrogate.target, &point, limits).unwrap();
        let closed = Member { family, tokens, dimension, degree }.size(Activation::Relu2, 0).unwrap();
        assert_eq!(closed.hidden_units, row.size.hidden_units.into(), "{family:?}");
        assert_eq!(closed.nonzeros, row.size.nonzeros.into(), "{family:?}");
        assert_eq!(closed.multiply_adds, row.multiply_adds.into(), "{family:?}");
        assert_eq!(closed.width, row.size.width.into(), "{family:?}");
    }
}

#[test]
fn a_network_counted_by_hand() {
    // One square of a sum: slots x, phi, psi; embedding 2, W_V 1, W_O 3, four carrying units with one weight in and one out,
    // two units of the square likewise, readout 1.
    let member = Member { family: Family::Power, tokens: 9, dimension: 1, degree: 2 };
    let size = member.size(Activation::Relu2, 0).unwrap();
    assert_eq!(size.multiply_adds, (2u32 + 1 + 3 + 8 + 4 + 1).into());
    // Each carrying unit has a bias.
    assert_eq!(size.nonzeros, (2u32 + 1 + 3 + 12 + 4 + 1).into());
    assert_eq!((size.blocks, size.width, size.hidden_units), (2u32.into(), 3u32.into(), 6u32.into()));
}

#[test]
fn what_has_no_closed_form_says_why() {
    let power = Member { family: Family::Power, tokens: 4, dimension: 1, degree: 4 };
    assert_eq!(power.size(Activation::Relu, 8), Err(NoClosedForm::SecondLayer));
    assert_eq!(Member { degree: 2, ..power }.size(Activation::Relu, 1), Err(NoClosedForm::OnePiece));
    assert_eq!(Member { degree: 3, ..power }.validate(), Err(NoClosedForm::NotAPowerOfTwo(3)));
    assert_eq!(Member { tokens: 1, ..power }.validate(), Err(NoClosedForm::OneToken));
    assert_eq!(power.size(Activation::Step, 8), Err(NoClosedForm::Step));
    let product = Member { family: Family::Product, ..power };
    assert_eq!(product.validate(), Err(NoClosedForm::OtherDegree { dimension: 1, degree: 4 }));
}
