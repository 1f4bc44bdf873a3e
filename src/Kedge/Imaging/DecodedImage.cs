namespace Kedge.Imaging;

/// <summary>
/// A decoded image file. It holds a share of the memory that all decoding threads have, until it is disposed.
/// </summary>
/// <param name="colours">The picture; with <see cref="AlphaRule.Drop"/> the stored colours, not premultiplied.</param>
/// <param name="alpha">Its alpha in all three channels, with <see cref="AlphaRule.Drop"/> where it has any.</param>
/// <param name="memory">The share.</param>
internal sealed class DecodedImage(RgbImage colours, RgbImage? alpha, IDisposable memory) : IDisposable
{
    /// <summary>The picture.</summary>
    public RgbImage Colours { get; } = colours;

    /// <summary>Its alpha, where that is not composited.</summary>
    public RgbImage? Alpha { get; } = alpha;

    /// <summary>Whether the file is cut short and lower rows, or the finer parts, are missing.</summary>
    public bool IsCut { get; init; }

    public void Dispose() => memory.Dispose();
}
