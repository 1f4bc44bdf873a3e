using System.Text.Json.Serialization;
using Kedge.Checkpoints;

namespace Kedge.Clip.Towers;

/// <summary>A stack of transformer blocks.</summary>
/// <param name="Width">Features a position, W.</param>
/// <param name="Layers">Blocks, L ≥ 1.</param>
/// <param name="Heads">Attention heads, H; divides <paramref name="Width"/>.</param>
/// <param name="MlpWidth">Hidden features of a block's MLP (4 W in every published model).</param>
/// <param name="Activation">The MLP's nonlinearity.</param>
internal sealed record TransformerConfiguration(
    int Width, int Layers, int Heads, int MlpWidth, Activation Activation = Activation.QuickGelu);

/// <summary>
/// An image tower: <see cref="VisionTransformerConfiguration"/>, <see cref="ResNetConfiguration"/> or <see
/// cref="BasicResNetConfiguration"/>.
/// </summary>
/// <param name="Resolution">Side of the square input in pixels, R.</param>
[JsonDerivedType(typeof(VisionTransformerConfiguration), "vit")]
[JsonDerivedType(typeof(ResNetConfiguration), "resnet")]
[JsonDerivedType(typeof(BasicResNetConfiguration), "basic-resnet")]
internal abstract record VisionConfiguration(int Resolution)
{
    /// <summary>Patches that the tower gives features of, P.</summary>
    [JsonIgnore]
    public abstract int Patches { get; }

    /// <summary>Width of what the tower says before its projection into the joint space, U.</summary>
    [JsonIgnore]
    public abstract int UnprojectedWidth { get; }

    /// <summary>Side of a patch in pixels.</summary>
    internal abstract int Stride { get; }

    /// <summary>Refuses pixels that the tower cannot encode.</summary>
    /// <exception cref="KedgeException">They are not [B, 3, height, width] of whole patches.</exception>
    internal void Require(long[] shape, string model)
    {
        if (shape is not [_, 3, > 0 and var height, > 0 and var width] || height % Stride != 0 || width % Stride != 0)
        {
            throw new KedgeException($"Encoding images with {model} found pixels [{string.Join(", ", shape)}], expected " +
                $"[B, 3, height, width] of whole patches: give images whose sides are multiples of {Stride}.");
        }
    }
}

/// <summary>A Vision Transformer.</summary>
/// <param name="Resolution">Side of the square input in pixels, R; a multiple of <paramref name="PatchSize"/>.</param>
/// <param name="PatchSize">Side of a patch in pixels.</param>
/// <param name="Transformer">Its blocks.</param>
internal sealed record VisionTransformerConfiguration(int Resolution, int PatchSize, TransformerConfiguration Transformer)
    : VisionConfiguration(Resolution)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Patches => Resolution / PatchSize * (Resolution / PatchSize);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int UnprojectedWidth => Transformer.Width;

    internal override int Stride => PatchSize;
}

/// <summary>CLIP's modified ResNet: a stem of three convolutions, antialiased strides, attention pooling.</summary>
/// <param name="Resolution">Side of the square input in pixels, R; a multiple of 32.</param>
/// <param name="Width">Channels after the stem (64 for RN50); the last stage has 32 times as many.</param>
/// <param name="Blocks">Bottlenecks in each of the four stages.</param>
/// <param name="Heads">Heads of the pooling attention (32 · Width / 64 where a checkpoint does not say).</param>
internal sealed record ResNetConfiguration(int Resolution, int Width, IReadOnlyList<int> Blocks, int Heads)
    : VisionConfiguration(Resolution)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Patches => Resolution / 32 * (Resolution / 32);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int UnprojectedWidth => 32 * Width;

    internal override int Stride => 32;

    /// <inheritdoc/>
    public bool Equals(ResNetConfiguration? other) =>
        base.Equals(other) && (Width, Heads) == (other.Width, other.Heads) && Blocks.SequenceEqual(other.Blocks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Width, Heads, Blocks.Count);
}

/// <summary>
/// The residual network of basic blocks, ResNet-18 and ResNet-34 (He et al. 2015), batch norms folded into the
/// convolutions.
/// </summary>
/// <param name="Resolution">Side of the square input and of the mean image in pixels, R; a multiple of 32.</param>
/// <param name="Width">Channels after the stem (64 as published); the last stage has 8 times as many.</param>
/// <param name="Blocks">Basic blocks in each of the four stages (2, 2, 2, 2 for ResNet-18).</param>
/// <param name="HiddenWidth">Width of the head's hidden layer; 0 for a head that is linear.</param>
internal sealed record BasicResNetConfiguration(int Resolution, int Width, IReadOnlyList<int> Blocks, int HiddenWidth = 0)
    : VisionConfiguration(Resolution)
{
    /// <summary>Side of a patch in pixels.</summary>
    public const int Patch = 32;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int Patches => Resolution / Patch * (Resolution / Patch);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int UnprojectedWidth => (8 * Width) + HiddenWidth;

    internal override int Stride => Patch;

    /// <inheritdoc/>
    public bool Equals(BasicResNetConfiguration? other) =>
        base.Equals(other) && (Width, HiddenWidth) == (other.Width, other.HiddenWidth) && Blocks.SequenceEqual(other.Blocks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Width, HiddenWidth, Blocks.Count);
}

/// <summary>The text tower: a causal transformer read at the end-of-text position.</summary>
/// <param name="ContextLength">Positions, 77 in every published model.</param>
/// <param name="VocabularySize">Rows of the token table, 49,408 for CLIP's byte-level BPE.</param>
/// <param name="Transformer">Its blocks.</param>
internal sealed record TextConfiguration(int ContextLength, int VocabularySize, TransformerConfiguration Transformer);

/// <summary>The architecture of a CLIP: two towers that meet in a joint feature space.</summary>
/// <param name="FeatureWidth">Width of the joint features, D.</param>
/// <param name="Vision">The image tower.</param>
/// <param name="Text">The text tower.</param>
internal sealed record ClipConfiguration(int FeatureWidth, VisionConfiguration Vision, TextConfiguration Text)
{
    /// <summary>
    /// Whether the joint space is another CLIP's with a mean subtracted, which stands among the weights (<see
    /// cref="ClipNetwork.joint_mean"/>). Default false, and then not written.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool JointMean { get; init; }
}
