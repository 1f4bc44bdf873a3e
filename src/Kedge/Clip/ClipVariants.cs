using Kedge.Clip.Adaptation;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>Models that share weights with another: adapted ones, and those of another resolution.</summary>
internal static class ClipVariants
{
    /// <summary>The model with updates merged: see <see cref="ClipModel.With"/>.</summary>
    public static ClipModel Merge(ClipModel clip, WeightUpdates updates)
    {
        updates.Require(clip.Network, clip.Name);
        using var normal = inference_mode(false);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var changed = updates.Merge(clip.Network);
        scope.Detach(changed.Values);
        var source = clip.Source with { Name = $"{clip.Name} (adapted)", Fingerprint = updates.Fingerprint(clip.Fingerprint) };
        return new ClipModel(source, clip.Network.Share(changed));
    }

    /// <summary>
    /// The towers with updates beside their weights, to be learned: see <see cref="ISupportImages.Adapt"/>.
    /// </summary>
    public static AdaptedClip Adapt(this ClipModel clip, WeightUpdates updates, Func<Tensor, Tensor>? dropout)
    {
        updates.Require(clip.Network, clip.Name);
        return new AdaptedClip(clip.Network, clip.Tokenizer, updates, dropout);
    }

    /// <summary>
    /// The model for images of another resolution: positions are interpolated with antialiasing, the other weights are
    /// shared.
    /// </summary>
    /// <param name="clip">The model; either may be freed first.</param>
    /// <param name="resolution">Side of the square input in pixels, a multiple of the patch.</param>
    /// <returns>The model, owned by the caller, with a preprocessing and a fingerprint of its own.</returns>
    /// <exception cref="KedgeException">The resolution is no multiple of the patch.</exception>
    public static ClipModel AtResolution(this ClipModel clip, int resolution)
    {
        var vision = clip.Configuration.Vision with { Resolution = resolution };
        vision.Require([1, 3, resolution, resolution], clip.Name);
        var configuration = clip.Configuration with { Vision = vision };
        using var normal = inference_mode(false);
        using var noGrad = no_grad();
        var (name, table) = clip.Network.visual.Positions;
        var resized = clip.Network.visual.PositionsAt(resolution / vision.Stride);
        var changed = new Dictionary<string, Tensor> { [name] = ReferenceEquals(resized, table) ? table.detach() : resized };
        changed[name].DetachFromDisposeScope();
        return new ClipModel(clip.Source.In(configuration), clip.Network.Share(changed, configuration));
    }
}
