//! The ways from a target to a Sumformer: what stands for the target, and how its distance will be certified.

use super::ApproximationError;
use super::bernstein::{
    Frame, Guess, Values, approximant, choose_operator, lipschitz_bound, lipschitz_constants,
    second_derivatives, smooth_bound,
};
use super::structural::{self, StructuralError, logarithms, pairs::Pairs};
use super::truncated::{TruncationOptions, truncated};
use crate::lowering::budget::plan_budget;
use crate::lowering::plan::{Layout, Plan};
use crate::sumformer::Sumformer;
use crate::sumformer::latent::{LatentDimensions, LatentMode, SumformerError, choose};
use num_traits::Zero;
use std::sync::Arc;
use sumformer_checker::arith::number::{
    Exact, Rational, floor_log2, integer, max, power_of_two, ratio, round_up, to_f64,
};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::polynomial_route::centre::centred_target;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};
use sumformer_checker::work::Stopped;

/// The same where kernels are of low rank.
const PAIR_SHARES: [(i64, i64); 4] = [(7, 8), (3, 4), (1, 2), (1, 4)];
/// The same where products over tokens are written in logarithms.
const LOGARITHM_SHARES: [(i64, i64); 3] = [(3, 4), (1, 2), (1, 4)];
/// Parts of ε that the surrogate may use up; the gadgets have the rest.
const SHARES: [(i64, i64); 4] = [(1, 1), (1, 2), (1, 4), (1, 8)];
/// An interpolated polynomial is sampled to be this part of ε from the target; boxes need the difference to close.
const SAMPLED_SHARE: (i64, i64) = (1, 4);
/// The part of ε for the gadgets of a network that is compared on boxes.
const GADGET_SHARE: (i64, i64) = (1, 2);
/// Latents of `--latent N` are chosen from power sums of this degree, and ψ has this degree.
const TRUNCATION: TruncationOptions = TruncationOptions { max_alpha: 4, degree: 3 };

/// How a target is turned into polynomials.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// The target is a polynomial.
    Exact,
    /// Route (b): its shape is kept, nodes are replaced, functions of one variable are atoms.
    Structural,
    /// Route (a): a polynomial from its values at nodes.
    Nodes {
        /// The operator, its degree, and the sampled error.
        guess: Guess,
        /// How many values were taken.
        nodes: usize,
        /// Σ_k L_k w_k / (2√m) for Bernstein's operator of this degree.
        lipschitz: Option<Rational>,
        /// Σ_k w_k² sup|∂²_k f| / (8m) for Bernstein's operator of this degree.
        smooth: Option<Rational>,
    },
    /// The best polynomial in so many latents that least squares found.
    Latents {
        /// The sampled error.
        sampled_error: f64,
        /// The root mean square of the error on the samples.
        rms: f64,
    },
}

/// A Sumformer, and how the network that is made of it will be compared with the target.
#[derive(Debug, Clone)]
pub struct Way {
    /// The route.
    pub route: Route,
    /// What stands for the target.
    pub surrogate: Arc<Surrogate>,
    /// The Sumformer of the surrogate.
    pub sumformer: Sumformer,
    /// d' in the three modes.
    pub dimensions: LatentDimensions,
    /// The error that the network may have as a realisation of the Sumformer, with what the surrogate has used up.
    pub network_epsilon: Rational,
    /// Hidden units, as planned.
    pub predicted_units: f64,
    /// How few sums are enough with more hidden units, where that is known.
    pub fewer: Option<usize>,
}

impl Way {
    /// How many sums it takes.
    fn sums(&self) -> usize {
        self.sumformer.latent_dimension()
    }

    /// Fewer sums first, then fewer hidden units.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        self.sums().cmp(&other.sums()).then(self.predicted_units.total_cmp(&other.predicted_units))
    }

    /// Whether the distance from the target is to be certified on boxes.
    pub fn on_boxes(&self) -> bool {
        matches!(self.route, Route::Nodes { .. } | Route::Latents { .. })
    }

    /// Fewer units, in no more sums.
    fn is_better_than(&self, other: &Self) -> bool {
        self.predicted_units < other.predicted_units && self.sums() <= other.sums()
    }
}

/// From where a polynomial target is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centring {
    /// From 0, or from the middle of the box where fewer units and no more sums are needed then.
    Cheapest,
    /// From the middle of the box.
    Middle,
    /// From 0.
    Zero,
}

/// What the ways have in common.
#[derive(Debug, Clone)]
pub struct WayOptions {
    /// The error of the whole.
    pub epsilon: Rational,
    /// Which features φ has.
    pub mode: LatentMode,
    /// How monomials are computed.
    pub layout: Layout,
    /// What gadgets are made of.
    pub activation: Activation,
    /// From where polynomials are seen.
    pub centring: Centring,
    /// Whether weighted means over tokens are left to heads with scores of their own.
    pub heads: bool,
    /// Normal forms may have so many terms.
    pub max_terms: usize,
}

/// Why there is no way.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WayError {
    /// Route (b) does not lead there.
    #[error(transparent)]
    Structural(#[from] StructuralError),
    /// Route (a) does not, or there are no such latents.
    #[error(transparent)]
    Approximation(#[from] ApproximationError),
    /// The surrogate has no Sumformer of the mode.
    #[error(transparent)]
    Sumformer(#[from] SumformerError),
    /// It was given up.
    #[error("given up: {0}")]
    Stopped(#[from] Stopped),
}

impl From<SurrogateError> for WayError {
    fn from(error: SurrogateError) -> Self {
        StructuralError::from(error).into()
    }
}

/// Route (b), or the target itself where it is a polynomial: of several shares of ε the one with the smallest network, or with
/// fewer sums if that takes no more hidden units.
pub fn structural(target: &Target, options: &WayOptions) -> Result<Way, WayError> {
    let mut best = None;
    let found = structural_shares(target, options, &mut |way| best = Some(way));
    if let Some(fewer) = fewer_sums(target, options, best.as_ref()) {
        return Ok(fewer);
    }
    found?;
    best.ok_or(WayError::Approximation(ApproximationError::NoSample))
}

/// The same without a look at fewer sums, where `better` gets every way that is better than those before: whoever stops the search
/// has the last one.
pub fn structural_shares(
    target: &Target,
    options: &WayOptions,
    better: &mut dyn FnMut(Way),
) -> Result<(), WayError> {
    let mut least: Option<f64> = None;
    shares(target, options, &mut |route, surrogate| {
        let way = from_somewhere(route, surrogate, target, options)?;
        if least.is_none_or(|least| way.predicted_units < least) {
            least = Some(way.predicted_units);
            better(way);
        }
        Ok(())
    })
}

/// The way in the fewest sums, where kernels have a low rank, if it takes no more hidden units than the best one so far or fewest
/// sums are asked for; else that one, if it could have fewer sums, which it then says. Of as many sums, fewer units decide.
pub fn fewer_sums(target: &Target, options: &WayOptions, best: Option<&Way>) -> Option<Way> {
    let all = pairs(target, options);
    let fewest = |ways: &mut dyn Iterator<Item = &Way>| ways.min_by(|a, b| a.compare(b)).cloned();
    let better = |way: &&Way| best.is_none_or(|best| way.compare(best).is_lt());
    let fewer = |way: &&Way| best.is_none_or(|best| way.sums() < best.sums());
    let free = options.mode == LatentMode::Essential;
    let affordable = |way: &&Way| free || best.is_none_or(|best| way.predicted_units <= best.predicted_units);
    fewest(&mut all.iter().filter(better).filter(affordable)).or_else(|| {
        let sums = fewest(&mut all.iter().filter(fewer))?.sums();
        Some(Way { fewer: Some(sums), ..best?.clone() })
    })
}

/// Kernels in few sums, for several shares of ε.
fn pairs(target: &Target, options: &WayOptions) -> Vec<Way> {
    // The other modes ask for power sums, and only relu computes atoms.
    let combined = matches!(options.mode, LatentMode::Sparse | LatentMode::Essential);
    if !combined || options.heads || options.activation != Activation::Relu {
        return Vec::new();
    }
    let Some(pairs) = Pairs::new(target, &options.epsilon, options.max_terms) else { return Vec::new() };
    let ways = PAIR_SHARES.iter().map_while(|&(p, q)| {
        let surrogate = pairs.within(&(&options.epsilon * ratio(p, q)))?;
        way(Route::Structural, Arc::new(surrogate), options.epsilon.clone(), options).ok()
    });
    ways.collect()
}

/// The same with at most so many sums, whatever the hidden units; nothing if there is none.
pub fn structural_within(target: &Target, sums: usize, options: &WayOptions) -> Option<Way> {
    let mut best: Option<Way> = None;
    let mut each = |route: Route, surrogate: Arc<Surrogate>| {
        // In as few sums as possible only where the cheapest ones are too many.
        for mode in [LatentMode::Sparse, LatentMode::Essential] {
            let options = WayOptions { mode, ..options.clone() };
            let way = from_somewhere(route.clone(), surrogate.clone(), target, &options)?;
            if way.sumformer.latent_dimension() <= sums {
                let cheaper = |best: &Way| way.predicted_units < best.predicted_units;
                if best.as_ref().is_none_or(cheaper) {
                    best = Some(way);
                }
                break;
            }
        }
        Ok(())
    };
    // Where the target's own shape is out of reach, its kernels need not be.
    let _ = shares(target, options, &mut each);
    let pairs = pairs(target, options).into_iter();
    let cheapest = |ways: &mut dyn Iterator<Item = Way>| {
        ways.filter(|way| way.sums() <= sums).min_by(|a, b| a.predicted_units.total_cmp(&b.predicted_units))
    };
    cheapest(&mut best.into_iter().chain(pairs))
        .or_else(|| cheapest(&mut in_logarithms(target, options).into_iter()))
}

/// A polynomial target with products over tokens as exp of sums of logarithms, for several factors and shares of ε: in fewer sums,
/// often, than it takes without an error.
pub fn in_logarithms(target: &Target, options: &WayOptions) -> Vec<Way> {
    if options.activation != Activation::Relu {
        return Vec::new();
    }
    let options = WayOptions { mode: LatentMode::Essential, ..options.clone() };
    let surrogates = LOGARITHM_SHARES.iter().flat_map(|&(p, q)| {
        logarithms::surrogates(target, &(&options.epsilon * ratio(p, q)), options.max_terms)
    });
    let of = |surrogate| way(Route::Structural, Arc::new(surrogate), options.epsilon.clone(), &options).ok();
    surrogates.filter_map(of).collect()
}

/// The surrogates that use up several shares of ε, from the largest on; the target itself alone where it is a polynomial in sums and
/// in functions of one token.
fn shares(
    target: &Target,
    options: &WayOptions,
    each: &mut dyn FnMut(Route, Arc<Surrogate>) -> Result<(), WayError>,
) -> Result<(), WayError> {
    let mut found = false;
    let mut refused = None;
    for (p, q) in SHARES {
        let share = &options.epsilon * ratio(p, q);
        let surrogate = match structural::surrogate(target, &share, options.max_terms, options.heads) {
            Ok(surrogate) => surrogate,
            Err(error) => {
                // What no replacement is good enough for does not become easier.
                let hopeless = matches!(error, StructuralError::OutOfReach { .. } | StructuralError::NoHeads);
                refused.get_or_insert(error);
                if hopeless {
                    break;
                }
                continue;
            }
        };
        found = true;
        let free = surrogate.approximations.is_empty();
        let exact = free && surrogate.atoms.is_empty() && surrogate.deviations.iter().all(Zero::is_zero);
        each(if exact { Route::Exact } else { Route::Structural }, Arc::new(surrogate))?;
        if free {
            break;
        }
    }
    match refused {
        Some(error) if !found => Err(error.into()),
        _ => Ok(()),
    }
}

/// Hidden units for a monomial with such a coefficient, about: see
/// [`FloatOperator::largest_coefficient`](super::bernstein::FloatOperator::largest_coefficient).
pub fn planned_units(coefficient: f64, options: &WayOptions) -> f64 {
    (coefficient / to_f64(&gadget_share(options))).sqrt()
}

fn gadget_share(options: &WayOptions) -> Rational {
    &options.epsilon * ratio(GADGET_SHARE.0, GADGET_SHARE.1)
}

/// Route (a): the polynomial of the fewest nodes, as far as samples say. Refused at once if its coefficients say that it
/// needs more than `most_units` hidden units.
pub fn nodes(target: &Target, options: &WayOptions, most_units: f64) -> Result<Way, WayError> {
    let wanted = &options.epsilon * ratio(SAMPLED_SHARE.0, SAMPLED_SHARE.1);
    let most = most_units.powi(2) * to_f64(&gadget_share(options));
    let guess = choose_operator(target, to_f64(&wanted), most)?;
    let frame = Frame::new(guess.operator, guess.degree, &target.domain)?;
    let slack = &wanted / integer(64);
    let unit = power_of_two(floor_log2(&slack));
    let approximant = approximant(target, &frame, &Values::Rounded(unit), Some(&slack))?;
    let bound = |bounds: Result<_, _>, of: fn(&Target, &_, u32) -> Rational| {
        bounds.ok().map(|bounds| of(target, &bounds, guess.degree))
    };
    let route = Route::Nodes {
        lipschitz: bound(lipschitz_constants(target), lipschitz_bound),
        smooth: bound(second_derivatives(target), smooth_bound),
        guess,
        nodes: approximant.nodes,
    };
    let surrogate = Surrogate::polynomial(&approximant.target, approximant.forms);
    way(route, Arc::new(surrogate), gadget_share(options), options)
}

/// The N most useful latents; the second value is an error that they are likely to meet.
pub fn latents(target: &Target, count: usize, options: &WayOptions) -> Result<(Way, Rational), WayError> {
    if target.tokens == Tokens::Any {
        return Err(ApproximationError::NoLength.into());
    }
    let truncation = truncated(target, count, &TRUNCATION)?;
    let surrogate = Surrogate::new(&truncation.target, &[], options.max_terms)?;
    let sampled = Rational::from_float(truncation.sampled_error).unwrap_or_else(Rational::zero);
    // Boxes need the difference to close, and gadgets their part.
    let likely = round_up(&(sampled * ratio(3, 2) + &options.epsilon * ratio(1, 2)), 8);
    let route = Route::Latents { sampled_error: truncation.sampled_error, rms: truncation.rms };
    let way = way(route, Arc::new(surrogate), &options.epsilon * ratio(1, 4), options)?;
    Ok((way, likely))
}

/// The N most useful latents and the error that is asked of them; without one it is what they are likely to reach, and the
/// gadgets are not much more precise than that.
pub fn latents_for(
    target: &Target,
    count: usize,
    asked: Option<&Rational>,
    options: &WayOptions,
) -> Result<(Way, Rational), WayError> {
    let kernels = kernels_for(target, count, asked, options);
    let polynomial = match (latents(target, count, options), kernels) {
        (Err(_), Some(kernels)) => return Ok(kernels),
        // What is shown already is worth more than what samples make likely.
        (Ok((_, likely)), Some(kernels)) if asked.is_some() || kernels.1 <= likely => return Ok(kernels),
        (polynomial, _) => polynomial,
    };
    let (way, likely) = polynomial?;
    if let Some(epsilon) = asked {
        return Ok((way, epsilon.clone()));
    }
    let (way, _) = latents(target, count, &WayOptions { epsilon: likely.clone(), ..options.clone() })?;
    Ok((way, likely))
}

/// The way of a surrogate of a target, or that of the target seen from the middle of its box.
fn from_somewhere(
    route: Route,
    surrogate: Arc<Surrogate>,
    target: &Target,
    options: &WayOptions,
) -> Result<Way, WayError> {
    let from = |surrogate| way(route.clone(), surrogate, options.epsilon.clone(), options);
    // The other modes are about power sums of the tokens as they are.
    let free = matches!(options.mode, LatentMode::Sparse | LatentMode::Essential);
    let centred = || centred(target, options.max_terms).map(Arc::new);
    match options.centring {
        Centring::Cheapest if free && route == Route::Exact => {
            let plain = from(surrogate)?;
            // A better form may be out of reach from there.
            let other = centred().and_then(|surrogate| from(surrogate).ok());
            Ok(other.filter(|other| other.is_better_than(&plain)).unwrap_or(plain))
        }
        Centring::Middle if free && route == Route::Exact => from(centred().unwrap_or(surrogate)),
        Centring::Cheapest | Centring::Middle | Centring::Zero => from(surrogate),
    }
}

/// A polynomial target from the middle of its box; nothing if that is 0, it is no polynomial, or one that becomes too long.
pub fn centred(target: &Target, max_terms: usize) -> Option<Surrogate> {
    let centre: Vec<Exact> = target.domain.iter().map(|side| Exact(side.mid())).collect();
    if centre.iter().all(|Exact(middle)| middle.is_zero()) {
        return None;
    }
    let seen = centred_target(target, &centre).ok()?;
    let surrogate = Surrogate::new(&seen, &[], max_terms).ok()?;
    Some(Surrogate { centre, ..surrogate })
}

/// Kernels in N sums as near the target as they get, and the error that is asked of them, if they are that near; without one
/// a little more than their distance.
fn kernels_for(
    target: &Target,
    count: usize,
    asked: Option<&Rational>,
    options: &WayOptions,
) -> Option<(Way, Rational)> {
    let surrogate = Pairs::new(target, &options.epsilon, options.max_terms)?.of_rank(count)?;
    let distance = surrogate.deviations.iter().cloned().fold(Rational::zero(), max);
    let epsilon = asked.cloned().unwrap_or_else(|| round_up(&(&distance * ratio(5, 4)), 8));
    if distance >= epsilon {
        return None;
    }
    let options = WayOptions { epsilon: epsilon.clone(), ..options.clone() };
    let way = way(Route::Structural, Arc::new(surrogate), epsilon.clone(), &options).ok()?;
    (way.sums() <= count).then_some((way, epsilon))
}

fn way(
    route: Route,
    surrogate: Arc<Surrogate>,
    network_epsilon: Rational,
    options: &WayOptions,
) -> Result<Way, WayError> {
    let (sumformer, dimensions) = choose(&surrogate, options.mode, options.layout, to_f64(&network_epsilon))?;
    let plan = Plan::new(&sumformer, &surrogate, options.layout);
    let spent = surrogate.deviations.iter().cloned().fold(Rational::zero(), max);
    // With nothing left only gadgets without an error are affordable.
    let left = to_f64(&(&network_epsilon - spent)).max(to_f64(&network_epsilon) * 1e-9);
    let predicted_units = match options.activation {
        Activation::Relu2 => plan.squares(),
        Activation::Relu | Activation::Step => plan_budget(&sumformer, &surrogate, &plan, left).units,
    };
    Ok(Way { route, surrogate, sumformer, dimensions, network_epsilon, predicted_units, fewer: None })
}
