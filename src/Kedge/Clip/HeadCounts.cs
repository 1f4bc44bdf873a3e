namespace Kedge.Clip;

/// <summary>
/// Attention heads of the towers as the user states them: OpenAI's layout never does, and shapes of weights cannot
/// tell.
/// </summary>
/// <param name="Vision">
/// Of the image tower, a divisor of its width; by default the width / 64, as in every published CLIP.
/// </param>
/// <param name="Text">Of the text tower; by default likewise.</param>
internal readonly record struct HeadCounts(int? Vision = null, int? Text = null)
{
    private const int Width = 64; // of a head; Radford et al. 2021, tables 19 and 20

    /// <summary>The heads of a tower.</summary>
    /// <param name="stated">What the checkpoint states.</param>
    /// <param name="asked"><see cref="Vision"/> or <see cref="Text"/>.</param>
    /// <param name="width">The tower's width.</param>
    /// <exception cref="KedgeException">The width cannot be shared among them.</exception>
    public static int Of(int? stated, int? asked, int width)
    {
        var heads = asked ?? stated ?? Math.Max(1, width / Width);
        return heads >= 1 && width % heads == 0
            ? heads
            : throw new KedgeException(
                $"Reading a CLIP found {heads} attention heads for a tower of width {width}: give a divisor of the width " +
                    "(--heads, --text-heads), or the model's own configuration.");
    }
}
