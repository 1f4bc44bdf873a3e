using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Anchors: texts, or points of the feature space, that images and classes are compared with.</summary>
/// <param name="Features">[K, D] unit F32; owned by the creator of the set.</param>
/// <param name="Names">The K words that the anchors are or started from.</param>
/// <param name="Tokens">[K, m, W] F32: the learned token embeddings behind the features; <see langword="null"/>
/// where there are none.</param>
public sealed record AnchorSet(Tensor Features, IReadOnlyList<string> Names, Tensor? Tokens = null);
