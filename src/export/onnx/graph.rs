//! The operators of a network.
//!
//! Attention is written out: scores, softmax, product; the operator of that name rounds its scale to single precision.
//! Maps are products from the right and a sum, as every reader understands them. Half precision only stores: weights and inputs are
//! cast to single precision, outputs cast back.

use super::messages::{Attribute, Node, attribute_type, data_type};
use crate::export::dtype::Dtype;
use crate::export::skeleton::{BlockSkeleton, Entries, HeadSkeleton, ProjectionSkeleton, Skeleton};
use crate::export::tensor::Order;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::floats::stages;
use sumformer_checker::format::network::Activation;

/// The input of the graph, of shape (batch, n, d).
pub(super) const TOKENS: &str = "tokens";
/// The output of the graph, of shape (batch, n, c).
pub(super) const OUTPUTS: &str = "outputs";

/// A constant beside the tensors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Constant {
    pub name: String,
    pub dims: Vec<i64>,
    pub data_type: i32,
    pub bytes: Vec<u8>,
}

/// The nodes of a network, and the constants that they need.
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    pub constants: Vec<Constant>,
    /// Those among them that stand for a rational of the network, which the type need not have.
    pub rationals: Vec<(String, Rational)>,
    computed: Dtype,
    casts: bool,
    /// How many hidden units are at most in a group of their sum; none if it is one product.
    staged: Option<usize>,
}

/// The number of a type in ONNX.
pub(super) fn data_type_of(dtype: Dtype) -> i32 {
    match dtype {
        Dtype::F64 => data_type::DOUBLE,
        Dtype::F32 => data_type::FLOAT,
        Dtype::F16 => data_type::FLOAT16,
        Dtype::Bf16 => data_type::BFLOAT16,
    }
}

impl Graph {
    /// The graph of a network whose weights are stored in a type, hidden units being added up in groups of at most `staged`.
    pub(super) fn of(skeleton: &Skeleton, stored: Dtype, staged: Option<usize>) -> Self {
        let computed = stored.computes_in();
        let mut graph = Self {
            nodes: Vec::new(),
            constants: Vec::new(),
            rationals: Vec::new(),
            computed,
            casts: stored != computed,
            staged,
        };
        let tokens = graph.wide(TOKENS);
        if graph.casts {
            for tensor in skeleton.tensors() {
                graph.wide(&tensor.name_in(Order::InputFirst));
            }
        }
        let mut stream = graph.affine(&tokens, "embedding", "stream.0");
        for (b, block) in skeleton.blocks.iter().enumerate() {
            stream = graph.block(b, block, &stream, skeleton.slots.len());
        }
        if graph.casts {
            let wide = graph.affine(&stream, "readout", "outputs.wide");
            graph.cast(&wide, stored, OUTPUTS);
        } else {
            graph.affine(&stream, "readout", OUTPUTS);
        }
        graph
    }

    /// `X + FC(X + Att(X))`
    fn block(&mut self, b: usize, block: &BlockSkeleton, stream: &str, width: usize) -> String {
        let name = |part: &str| format!("blocks.{b}.{part}");
        let attended = match &block.attention {
            None => stream.to_string(),
            Some(heads) => {
                let all: Vec<String> = heads
                    .iter()
                    .enumerate()
                    .map(|(h, head)| self.head(&name(&format!("attention.heads.{h}")), head, stream, width))
                    .collect();
                let heads = match &all[..] {
                    [head] => head.clone(),
                    heads => {
                        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
                        self.node("Concat", &heads, name("attention.heads"), vec![int("axis", 2)])
                    }
                };
                let attention =
                    self.product(&heads, &self.weight(&name("attention.output_t")), name("attention"));
                self.node("Add", &[stream, &attention], name("attended"), vec![])
            }
        };
        let added = if block.units == 0 {
            self.weight(&name("out.bias"))
        } else {
            let before = self.affine(&attended, &name("in"), &name("units.before"));
            let units = self.activation(block.activation, &before, &name("units"));
            let stages = self.staged.map_or_else(Vec::new, |group| stages(block.units, group));
            match stages.split_first() {
                None => self.affine(&units, &name("out"), &name("added")),
                Some((first, others)) => {
                    let places = (block.units, *first, others);
                    let sum = self.in_stages(&units, &name("out"), places, width);
                    self.node("Add", &[&sum, &self.weight(&name("out.bias"))], name("added"), vec![])
                }
            }
        };
        self.node("Add", &[stream, &added], format!("stream.{}", b + 1), vec![])
    }

    /// Hidden units times their weights, added up in groups of `first` by a product for each, these sums in groups of `others`, one
    /// after the other. Zeros stand where units have run out.
    fn in_stages(
        &mut self,
        units: &str,
        name: &str,
        (count, first, others): (usize, usize, &[usize]),
        width: usize,
    ) -> String {
        let part = |part: &str| format!("{name}.{part}");
        let mut groups: usize = others.iter().product();
        let missing = (first * groups).saturating_sub(count) as i64;
        let (mut units, mut weight) = (units.to_string(), self.weight(&part("weight_t")));
        if missing > 0 {
            let pads = self.numbers(&part("units.zeros"), &[0, 0, 0, 0, 0, missing]);
            units = self.node("Pad", &[&units, &pads], part("units.padded"), vec![]);
            let pads = self.numbers(&part("weight.zeros"), &[0, 0, missing, 0]);
            weight = self.node("Pad", &[&weight, &pads], part("weight.padded"), vec![]);
        }
        // (batch, n, units) becomes (batch, groups, n, units of a group): 0 keeps an extent, -1 is what is left.
        let shape = self.numbers(&part("units.shape"), &[0, 0, groups as i64, first as i64]);
        let grouped = self.node("Reshape", &[&units, &shape], part("units.grouped"), vec![]);
        let turned =
            self.node("Transpose", &[&grouped], part("units.groups"), vec![ints("perm", &[0, 2, 1, 3])]);
        let shape = self.numbers(&part("weight.shape"), &[groups as i64, first as i64, width as i64]);
        let weight = self.node("Reshape", &[&weight, &shape], part("weight.groups"), vec![]);
        let mut sums = self.product(&turned, &weight, part("stage.0"));
        for (stage, group) in (1..).zip(others) {
            groups /= group;
            let axis = if groups > 1 {
                let shape = [0, groups as i64, *group as i64, -1, width as i64];
                let shape = self.numbers(&part(&format!("stage.{stage}.shape")), &shape);
                let grouped = part(&format!("stage.{stage}.grouped"));
                sums = self.node("Reshape", &[&sums, &shape], grouped, vec![]);
                2
            } else {
                1
            };
            let axes = self.axes(axis);
            let sum = part(&format!("stage.{stage}"));
            sums = self.node("ReduceSum", &[&sums, &axes], sum, vec![int("keepdims", 0)]);
        }
        sums
    }

    fn activation(&mut self, activation: Activation, before: &str, name: &str) -> String {
        match activation {
            Activation::Relu => self.node("Relu", &[before], name.into(), vec![]),
            Activation::Relu2 => {
                let relu = self.node("Relu", &[before], format!("{name}.relu"), vec![]);
                self.node("Mul", &[&relu, &relu], name.into(), vec![])
            }
            Activation::Step => {
                let zero = self.scalar("zero", 0.0);
                let compared =
                    self.node("GreaterOrEqual", &[before, &zero], format!("{name}.compared"), vec![]);
                self.cast(&compared, self.computed, name)
            }
        }
    }

    fn head(&mut self, name: &str, head: &HeadSkeleton, stream: &str, width: usize) -> String {
        let part = |part: &str| format!("{name}.{part}");
        let mut of = |matrix: &str, name: &str| {
            let weight = self.weight(&part(&format!("{matrix}_t")));
            self.product(stream, &weight, part(name))
        };
        let (queries, keys, values) = (of("query", "queries"), of("key", "keys"), of("value", "values"));
        match head {
            HeadSkeleton::Softmax {} => self.softmax(name, &queries, &keys, &values, width),
            HeadSkeleton::Linformer { e, f } => {
                let keys = self.projection(&part("e"), e, &keys);
                let values = self.projection(&part("f"), f, &values);
                self.softmax(name, &queries, &keys, &values, width)
            }
            HeadSkeleton::Performer { normalized, features } => {
                let queries = self.features(name, "queries", &queries);
                let keys = self.features(name, "keys", &keys);
                let turned = self.turned(&keys);
                let sums = self.product(&turned, &values, part("sums"));
                let product = self.product(&queries, &sums, part("product"));
                if *normalized {
                    let total = self.over_tokens("ReduceSum", &keys, part("keys.total"));
                    let total = self.turned(&total);
                    let weights = self.product(&queries, &total, part("weights"));
                    self.node("Div", &[&product, &weights], part("result"), vec![])
                } else {
                    // Both features have the factor 1/√m.
                    let factor = Rational::new(1.into(), (*features).max(1).into());
                    let name = self.scalar(&part("reciprocal"), self.computed.round(&factor).value);
                    self.rationals.push((name.clone(), factor));
                    self.node("Mul", &[&product, &name], part("result"), vec![])
                }
            }
        }
    }

    /// `softmax(Q Kᵀ / √D) V`
    fn softmax(&mut self, name: &str, queries: &str, keys: &str, values: &str, width: usize) -> String {
        let part = |part: &str| format!("{name}.{part}");
        let turned = self.turned(keys);
        let products = self.product(queries, &turned, part("products"));
        // A root that IEEE 754 rounds correctly in either type.
        let root = (width as f64).sqrt();
        let root = if self.computed == Dtype::F64 { root } else { f64::from((width as f32).sqrt()) };
        let root = self.scalar("width.root", root);
        let scores = self.node("Div", &[&products, &root], part("scores"), vec![]);
        let weights = self.node("Softmax", &[&scores], part("weights"), vec![int("axis", -1)]);
        self.product(&weights, values, part("result"))
    }

    /// E or F times what is projected, k rows out of n.
    fn projection(&mut self, name: &str, projection: &ProjectionSkeleton, rows: &str) -> String {
        let one = match projection.entries {
            Entries::Rows => {
                let matrix = self.weight(name);
                return self.product(&matrix, rows, format!("{name}.projected"));
            }
            Entries::ReciprocalLength => self.over_tokens("ReduceMean", rows, format!("{name}.mean")),
            Entries::Equal => {
                let sum = self.over_tokens("ReduceSum", rows, format!("{name}.sum"));
                let entry = self.weight(name);
                self.node("Mul", &[&sum, &entry], format!("{name}.row"), vec![])
            }
        };
        if projection.rank == 1 {
            return one;
        }
        let ones = self.constant(&format!("{name}.ones"), &[projection.rank, 1], &vec![1.0; projection.rank]);
        self.product(&ones, &one, format!("{name}.projected"))
    }

    /// `exp(ω·z − ‖z‖²/2)` for each ω, without the factor 1/√m.
    fn features(&mut self, name: &str, of: &str, rows: &str) -> String {
        let part = |part: &str| format!("{name}.{of}.{part}");
        let squares = self.node("Mul", &[rows, rows], part("squares"), vec![]);
        let axes = self.axes(2);
        let norms = self.node("ReduceSum", &[&squares, &axes], part("norms"), vec![int("keepdims", 1)]);
        let half = self.scalar("half", 0.5);
        let halves = self.node("Mul", &[&norms, &half], part("halves"), vec![]);
        let directions = self.weight(&format!("{name}.features_t"));
        let products = self.product(rows, &directions, part("products"));
        let exponents = self.node("Sub", &[&products, &halves], part("exponents"), vec![]);
        self.node("Exp", &[&exponents], part("features"), vec![])
    }

    /// `z W + b`, with the weights of this name.
    fn affine(&mut self, rows: &str, name: &str, result: &str) -> String {
        let (weight, bias) = (self.weight(&format!("{name}.weight_t")), self.weight(&format!("{name}.bias")));
        let product = self.product(rows, &weight, format!("{name}.product"));
        self.node("Add", &[&product, &bias], result.into(), vec![])
    }

    fn product(&mut self, a: &str, b: &str, result: String) -> String {
        self.node("MatMul", &[a, b], result, vec![])
    }

    /// The transpose of each sequence's rows.
    fn turned(&mut self, rows: &str) -> String {
        self.node("Transpose", &[rows], format!("{rows}.turned"), vec![ints("perm", &[0, 2, 1])])
    }

    /// A sum or a mean over the tokens. Only sums take their axis as an input at this opset; later ones also means, which some readers
    /// then take over everything.
    fn over_tokens(&mut self, operator: &str, rows: &str, result: String) -> String {
        if operator == "ReduceSum" {
            let axes = self.axes(1);
            return self.node(operator, &[rows, &axes], result, vec![int("keepdims", 1)]);
        }
        self.node(operator, &[rows], result, vec![ints("axes", &[1]), int("keepdims", 1)])
    }

    /// What stands for a stored tensor where it is computed with.
    fn weight(&self, name: &str) -> String {
        if self.casts { format!("{name}.wide") } else { name.into() }
    }

    fn wide(&mut self, name: &str) -> String {
        let wide = self.weight(name);
        if self.casts {
            self.cast(name, self.computed, &wide);
        }
        wide
    }

    fn cast(&mut self, value: &str, dtype: Dtype, result: &str) -> String {
        let to = int("to", data_type_of(dtype).into());
        self.node("Cast", &[value], result.into(), vec![to])
    }

    fn scalar(&mut self, name: &str, value: f64) -> String {
        self.constant(name, &[], &[value])
    }

    fn constant(&mut self, name: &str, dims: &[usize], values: &[f64]) -> String {
        let size = self.computed.size();
        let mut bytes = vec![0; values.len() * size];
        for (value, place) in values.iter().zip(bytes.chunks_exact_mut(size)) {
            self.computed.put(*value, place);
        }
        self.keep(name, dims.iter().map(|&dim| dim as i64).collect(), data_type_of(self.computed), bytes)
    }

    fn axes(&mut self, axis: i64) -> String {
        self.numbers(&format!("axis.{axis}"), &[axis])
    }

    /// Whole numbers, for shapes.
    fn numbers(&mut self, name: &str, numbers: &[i64]) -> String {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.keep(name, vec![numbers.len() as i64], data_type::INT64, bytes)
    }

    /// Adds a constant, unless it is there already.
    fn keep(&mut self, name: &str, dims: Vec<i64>, data_type: i32, bytes: Vec<u8>) -> String {
        if self.constants.iter().all(|constant| constant.name != name) {
            self.constants.push(Constant { name: name.into(), dims, data_type, bytes });
        }
        name.into()
    }

    fn node(&mut self, operator: &str, inputs: &[&str], result: String, attribute: Vec<Attribute>) -> String {
        self.nodes.push(Node {
            input: inputs.iter().map(|input| input.to_string()).collect(),
            output: vec![result.clone()],
            name: result.clone(),
            op_type: operator.into(),
            attribute,
        });
        result
    }
}

pub(super) fn int(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), i: Some(i), ints: Vec::new(), kind: attribute_type::INT }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), i: None, ints: ints.to_vec(), kind: attribute_type::INTS }
}
