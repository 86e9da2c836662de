(* Finite sums of real numbers. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Permutation.
From Sumformer Require Import Semantics.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

#[global] Arguments sum {A} l f : simpl never.
Lemma sum_nil A (f : A -> R) : sum [] f = 0.
Proof. auto. Qed.
Lemma sum_cons A (f : A -> R) a l : sum (a :: l) f = f a + sum l f.
Proof. auto. Qed.
Lemma sum_app A (f : A -> R) l m : sum (l ++ m) f = sum l f + sum m f.
Proof. induction l; simpl app; [rewrite sum_nil; ring|]. rewrite !sum_cons, IHl. ring. Qed.
Lemma sum_ext A (f g : A -> R) l : (forall a, In a l -> f a = g a) -> sum l f = sum l g.
Proof. induction l; intros H; auto. rewrite !sum_cons, IHl, (H a); simpl in *; auto. Qed.
Lemma sum_plus A (f g : A -> R) l : sum l (fun a => f a + g a) = sum l f + sum l g.
Proof. induction l; rewrite ?sum_nil, ?sum_cons; [ring|]. rewrite IHl. ring. Qed.
Lemma sum_scale A c (f : A -> R) l : sum l (fun a => c * f a) = c * sum l f.
Proof. induction l; rewrite ?sum_nil, ?sum_cons; [ring|]. rewrite IHl. ring. Qed.
Lemma sum_scale_r A c (f : A -> R) l : sum l (fun a => f a * c) = sum l f * c.
Proof. induction l; rewrite ?sum_nil, ?sum_cons; [ring|]. rewrite IHl. ring. Qed.
Lemma sum_0 A (f : A -> R) l : (forall a, In a l -> f a = 0) -> sum l f = 0.
Proof. induction l; intros H; auto. rewrite sum_cons, IHl, (H a); simpl in *; auto. ring. Qed.
Lemma sum_const A c (l : list A) : sum l (fun _ => c) = INR (length l) * c.
Proof. induction l; [rewrite sum_nil; simpl; ring|]. cbn [length]. rewrite sum_cons, IHl, S_INR. ring. Qed.
Lemma sum_le A (f g : A -> R) l : (forall a, In a l -> f a <= g a) -> sum l f <= sum l g.
Proof.
  induction l; intros H; [rewrite !sum_nil; lra|]. rewrite !sum_cons. assert (f a <= g a) by (apply H; simpl; auto).
  assert (sum l f <= sum l g) by (apply IHl; simpl in *; auto). lra.
Qed.
Lemma sum_map A B (h : A -> B) (f : B -> R) l : sum (map h l) f = sum l (fun a => f (h a)).
Proof. induction l; auto. simpl map. rewrite !sum_cons, IHl. auto. Qed.
Lemma sum_flat_map A B (h : A -> list B) (f : B -> R) l : sum (flat_map h l) f = sum l (fun a => sum (h a) f).
Proof. induction l; auto. simpl flat_map. rewrite sum_app, sum_cons, IHl. auto. Qed.
Lemma sum_permutation A (f : A -> R) l m : Permutation l m -> sum l f = sum m f.
Proof. induction 1; rewrite ?sum_cons; lra. Qed.
Lemma sum_swap A B (f : A -> B -> R) l m : sum l (fun a => sum m (f a)) = sum m (fun b => sum l (fun a => f a b)).
Proof.
  induction l; [rewrite sum_nil; symmetry; apply sum_0; auto|].
  rewrite sum_cons, IHl, <- sum_plus. apply sum_ext. intros; rewrite sum_cons; auto.
Qed.
Lemma sum_abs A (f : A -> R) l : Rabs (sum l f) <= sum l (fun a => Rabs (f a)).
Proof.
  induction l; [rewrite !sum_nil, Rabs_R0; lra|]. rewrite !sum_cons. eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

