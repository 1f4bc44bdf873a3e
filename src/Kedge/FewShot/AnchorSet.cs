using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Texts, or points of the feature space, that images and classes are related to.</summary>
/// <param name="Features">[K, D] unit F32; owned by whoever made the set.</param>
/// <param name="Names">The K words that the anchors are or started from.</param>
/// <param name="Tokens">[K, m, W] F32: the learned token embeddings behind the features; <see langword="null"/> where there are none.</param>
public sealed record AnchorSet(Tensor Features, IReadOnlyList<string> Names, Tensor? Tokens = null);

/// <summary>What a fitted classifier keeps of its support images.</summary>
/// <param name="Features">[N, D] F32, unit but for keys that Tip-Adapter-F has learned; owned by the classifier.</param>
/// <param name="Labels">[N] int64, each in 0 … C−1; owned by the classifier.</param>
/// <param name="Names">What the N images are called; empty where they had no names.</param>
public sealed record SupportSet(Tensor Features, Tensor Labels, IReadOnlyList<string> Names);
