using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// r [C], the norms at which prototypes start that are learned from the class features: the published codes of CLAP,
/// ZS-LP and TaskRes take text features before they are made unit. Only directions enter the logits, so that the norm
/// sets how far a step turns a prototype, and how strongly a pull in squared distances holds it.
/// </summary>
internal static class TextNorms
{
    /// <summary>About the norm of the text features of OpenAI's CLIP, which lie from 7 to 12.</summary>
    internal const double Default = 10;

    /// <summary>The given norm for all classes, else those of the task; 10 with a note where it has none.</summary>
    /// <param name="task">The task.</param>
    /// <param name="given">The option; <see langword="null"/> where it was not given.</param>
    /// <param name="method">What the note calls the method.</param>
    /// <param name="run">Told of the note.</param>
    internal static Tensor Of(FewShotTask task, double? given, string method, FitRun run)
    {
        if (given is null && task.Classes.Norms is { } norms)
            return norms;
        if (given is null)
            run.Note($"The norms of the text features are unknown; {method} takes {Default} for all classes.");
        return TensorFactory.Full([task.Classes.Count], given ?? Default, device: task.Device);
    }
}
