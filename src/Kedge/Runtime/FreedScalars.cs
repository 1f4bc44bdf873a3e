using System.Runtime.InteropServices;

namespace Kedge.Runtime;

/// <summary>
/// Work that outlives a flaw of TorchSharp 0.107: the numbers in <c>x * 0.5</c> or <c>x + y</c> become objects that nothing holds while libtorch reads them. If garbage is
/// collected just then, they are freed first, and libtorch refuses them before it has computed anything. Seldom (twice in half an hour of training beside busy decoders), so that to begin anew suffices.
/// </summary>
internal static class FreedScalars
{
    private const int MostTries = 4;
    private const string Place = "c10/core/Scalar.h"; // in the text of libtorch's error

    /// <summary>Does the work, again where a freed number ended it.</summary>
    /// <param name="work">May run more than once, each time with the same result.</param>
    public static T Outlive<T>(Func<T> work)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return work();
            }
            catch (ExternalException e) when (tries < MostTries && e.Message.Contains(Place, StringComparison.Ordinal))
            {
                // begin anew
            }
        }
    }
}
