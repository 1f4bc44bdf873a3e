using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// A fitted classifier: unit image features in, logits out. Immutable; safe to use from several
/// threads; owns its tensors.
/// </summary>
public abstract class FewShotClassifier : IDisposable
{
    private const int MaxBatch = 1024; // bounds the memory of methods that compare queries with all they have learned

    private readonly Tensor? _classBias; // [C], of uneven classes

    private bool _disposed;

    /// <summary>
    /// Keeps the state; the subclass then takes each of its tensors with <see cref="ClassifierState.Take"/>.
    /// </summary>
    /// <param name="state">What the method's fit has learned; owned by the classifier from now on.</param>
    protected FewShotClassifier(ClassifierState state)
    {
        State = state;
        _classBias = state.Tensors.ContainsKey(Fitted.ClassBiasName)
            ? state.Take(Fitted.ClassBiasName, ScalarType.Float32, state.ClassCount) : null;
    }

    /// <summary>All that the classifier consists of, as it is saved.</summary>
    public ClassifierState State { get; }

    /// <summary>The name of the method that was fitted.</summary>
    public string Method => State.Method;

    /// <summary>The C names, in the order of the logits.</summary>
    public IReadOnlyList<string> ClassNames => State.ClassNames;

    /// <summary>D: the joint feature width.</summary>
    public int FeatureWidth => State.FeatureWidth;

    /// <summary>Where the classifier computes.</summary>
    public Device Device => State.Tensors.Values.FirstOrDefault()?.device ?? CPU;

    /// <summary>The kinds of features that it needs beside those of the whole image.</summary>
    public virtual FeatureKinds Needs => FeatureKinds.Image;

    /// <summary>
    /// The change of the CLIP's towers that the classifier was fitted with, whose images must be encoded by the
    /// model so changed (<see cref="ClipModel.With"/>); <see langword="null"/> where the towers are as they
    /// were. Owned by the classifier.
    /// </summary>
    internal virtual WeightUpdates? Update => null;

    /// <summary>Scores images against every class.</summary>
    /// <param name="images">B images: features [B, D] unit, and what <see cref="Needs"/> names, any floating
    /// type, any device.</param>
    /// <returns>[B, C] F32 on <see cref="Device"/>: already scaled, a softmax gives probabilities. Without gradient,
    /// owned by the caller.</returns>
    /// <exception cref="KedgeException">The features are not what is needed, have another width, are not of unit
    /// length, or hold NaN; or the logits do.</exception>
    public Tensor Logits(ImageFeatures images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var logits = LogitsCore(Checked(images));
        if (_classBias is not null)
            logits = logits.Add(_classBias);
        return logits.AllFinite() ? logits.MoveToOuterDisposeScope()
            : throw new KedgeException($"Classifying with {Method} gave logits that are NaN or infinite: the classifier is damaged or " +
                "its fit diverged; fit it again.");
    }

    /// <summary>
    /// As <see cref="Logits"/>, in the current dispose scope and with gradients in the features where these are on.
    /// </summary>
    internal Tensor DifferentiableLogits(ImageFeatures images) => LogitsCore(Checked(images));

    /// <summary>
    /// Logits of any number of images, some at a time: Q images → [Q, C], on the CPU, owned by the caller.
    /// </summary>
    internal Tensor LogitsInBatches(ImageFeatures images, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        return cat([.. images.Split(MaxBatch).Select(Batch)]).MoveToOuterDisposeScope();

        Tensor Batch(ImageFeatures queries)
        {
            cancellation.ThrowIfCancellationRequested();
            return Logits(queries).cpu();
        }
    }

    /// <summary>
    /// Scores every patch of images against every class, each patch as if it were an image of its own, which localises
    /// classes.
    /// </summary>
    /// <param name="patchFeatures">[B, P, D] unit, any floating type, any device.</param>
    /// <returns>[B, P, C] F32 on <see cref="Device"/>, scaled as <see cref="Logits"/>. Without gradient,
    /// owned by the caller.</returns>
    /// <exception cref="KedgeException">The features have another shape or width, are not of unit
    /// length, or hold NaN.</exception>
    public Tensor PatchLogits(Tensor patchFeatures)
    {
        if (Needs != FeatureKinds.Image)
            throw new KedgeException($"Classifying patches with {Method} found a classifier that looks at more of an image than its own " +
                "feature, which a patch does not have: fit another method.");
        if (patchFeatures.shape is not [var images, var patches, _])
            throw new KedgeException($"Classifying patches with {Method} found features of shape {patchFeatures.Shape()}, expected [B, " +
                $"P, {FeatureWidth}]: encode the images' patches.");
        using var scope = NewDisposeScope();
        return Logits(patchFeatures.flatten(0, 1)).reshape(images, patches, ClassNames.Count).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Transfers what was learned to novel classes, of which nothing but the names is known; <see langword="null"/>
    /// where what was learned is about the classes of the fit alone.
    /// </summary>
    /// <param name="classes">The novel classes, in the same feature space.</param>
    /// <returns>Another classifier; dispose it.</returns>
    /// <exception cref="KedgeException">The class features have another width.</exception>
    public FewShotClassifier? Transfer(ClassSet classes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (classes.Features.shape is not [var count, var width] || count != classes.Names.Count || width != FeatureWidth)
            throw new KedgeException($"Carrying {Method} over found class features of shape {classes.Features.Shape()}, " +
                $"expected [{classes.Names.Count}, {FeatureWidth}]: encode the names with the model that the classifier was fitted on.");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return TransferCore(classes with { Features = classes.Features.to(ScalarType.Float32).to(Device) });
    }

    /// <summary>
    /// The classifier of novel classes, by <see cref="ClassifierState.Transfer"/>, for methods whose fit is not about
    /// its own classes alone. Runs inside a dispose scope without gradients.
    /// </summary>
    /// <param name="classes">The novel classes, on <see cref="Device"/>.</param>
    protected virtual FewShotClassifier? TransferCore(ClassSet classes) => null;

    /// <summary>Whether <see cref="Explain"/> can decompose the logits.</summary>
    public virtual bool HasParts => false;

    /// <summary>
    /// Decomposes the logits of images into additive parts. Holds B · C · (K + N) numbers: give few images at a time
    /// where there are many classes.
    /// </summary>
    /// <param name="images">As for <see cref="Logits"/>.</param>
    /// <returns>Parts that sum to <see cref="Logits"/>; dispose it.</returns>
    /// <exception cref="KedgeException">
    /// The logits of the method have no parts, or the features are not what is needed.
    /// </exception>
    public Explanation Explain(ImageFeatures images)
    {
        RequireParts();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return ExplainCore(Checked(images)).Add(_classBias).MoveToOuterDisposeScope();
    }

    /// <summary>Refuses to explain where there are no parts.</summary>
    /// <param name="advice">What to do then.</param>
    internal virtual void RequireParts(string advice = "fit a method whose logits have them")
    {
        if (!HasParts)
            throw new KedgeException($"Explaining found a classifier of {Method}, whose logits have no parts by anchor or by support " +
                $"image: {advice}.");
    }

    /// <summary>
    /// The anchors that the classifier compares images and classes with; <see langword="null"/> where the method has no
    /// anchors. Owned by the classifier.
    /// </summary>
    public virtual AnchorSet? Anchors => null;

    /// <summary>
    /// The support images that the classifier stores; <see langword="null"/> where it stores none. Owned by the
    /// classifier.
    /// </summary>
    public virtual StoredSupport? Support => null;

    /// <summary>The method's formula. Runs inside a dispose scope without gradients.</summary>
    /// <param name="images">B images, F32 on <see cref="Device"/>, with all that <see cref="Needs"/> names.</param>
    /// <returns>[B, C].</returns>
    protected abstract Tensor LogitsCore(ImageFeatures images);

    /// <summary>
    /// The parts of <see cref="LogitsCore"/>, for classifiers that have some. Runs inside a dispose scope without
    /// gradients; the parts must be new tensors.
    /// </summary>
    /// <param name="images">B images, F32 on <see cref="Device"/>, with all that <see cref="Needs"/> names.</param>
    protected virtual Explanation ExplainCore(ImageFeatures images) =>
        throw new NotSupportedException($"{Method} has parts and does not tell them.");

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the tensors.</summary>
    /// <param name="disposing">Whether called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed || !disposing)
            return;
        _disposed = true;
        State.Dispose();
    }

    private ImageFeatures Checked(ImageFeatures images)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (images.Image.shape is not [var count, var width] || width != FeatureWidth)
            throw Wrong($"image features of shape {images.Image.Shape()}", $"[B, {FeatureWidth}]");
        if (Needs.HasFlag(FeatureKinds.Patches) && (images.Patches?.shape is not [var b, > 0, var d] || (b, d) != (count, FeatureWidth)))
            throw Wrong(images.Patches is null
                ? "images without features of their patches"
                : $"patch features of shape {images.Patches.Shape()}", $"[{count}, P, {FeatureWidth}]");
        if (Needs.HasFlag(FeatureKinds.Unprojected) && (images.Unprojected?.shape is not [var n, > 0] || n != count))
            throw Wrong(images.Unprojected is null
                ? "images without unprojected features"
                : $"unprojected features of shape {images.Unprojected.Shape()}", $"[{count}, U]");
        var features = images.Each(tensor => tensor.to(ScalarType.Float32).to(Device));
        features.Image.RequireUnit($"Classifying with {Method}", "image features");
        if (Needs.HasFlag(FeatureKinds.Patches))
            features.Patches!.RequireUnit($"Classifying with {Method}", "patch features");
        return features;
    }

    private KedgeException Wrong(string found, string expected) =>
        new($"Classifying with {Method} found {found}, expected {expected}: " +
            "encode the images with the model that the classifier was fitted on.");
}
