using Kedge.FewShot;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Anchors that are the features of words; nothing is learned.</summary>
/// <param name="Features">[K, D] unit.</param>
/// <param name="Names">The K words.</param>
/// <param name="Template">The prompt around them; empty where the task brought their features.</param>
internal sealed record WordAnchors(Tensor Features, IReadOnlyList<string> Names, string Template)
{
    private const int MinWords = 2;

    /// <summary>
    /// Encodes words through the task's text tower, or takes the anchors that the task brings where it has none.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="method">What the method is called, for messages.</param>
    /// <param name="given">The words that the user gave; <see langword="null"/> for the open words.</param>
    /// <param name="keep">Selects the words of a list, with their indices in it.</param>
    /// <exception cref="KedgeException">There is nothing to encode words with, or fewer than
    /// two words stay.</exception>
    internal static WordAnchors Encode(FewShotTask task, string method, IReadOnlyList<string>? given,
        Func<IReadOnlyList<string>, IReadOnlyList<(string Name, long Row)>> keep)
    {
        var tower = task.Encoder?.TextTower;
        if (tower is null && (task.Anchors is null || given is not null))
            throw new KedgeException($"Fitting {method} found a task without a text tower that could encode names: fit on photos, " +
                "or give the task anchor features.");
        var words = keep(tower is null ? task.Anchors!.Names : given ?? OpenWords.All);
        if (words.Count < MinWords)
            throw new KedgeException($"Fitting {method} found {words.Count} anchor name(s) that are no class names: " +
                $"it needs at least {MinWords}; give more names.");
        IReadOnlyList<string> names = [.. words.Select(word => word.Name)];
        if (tower is null)
            return new(task.Anchors!.Features.index_select(0, tensor(words.Select(word => word.Row).ToArray(), device: task.Device)),
                names, "");
        var template = AnchorPrompts.Template(task);
        return new(tower.EncodeText([.. names.Select(template.Fill)]), names, template.Text);
    }
}
