using System.Text.Json;
using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>What a fused classifier stores of one method beside its tensors.</summary>
/// <param name="Method">Its name in the catalog.</param>
/// <param name="Options">Its options in effect.</param>
/// <param name="Selection">Which data chose its hyper-parameters.</param>
/// <param name="Details">Its details.</param>
internal sealed record FusePart(string Method, JsonElement Options, string Selection, JsonElement Details)
{
    /// <summary>The prefix of the tensors of the method at an index.</summary>
    internal static string Prefix(int index) => $"{index}.";

    internal static FusePart FromState(ClassifierState state) => new(state.Method, state.Options, state.Selection, state.Details);

    /// <summary>The state of the method at an index; its tensors are the whole state's.</summary>
    internal ClassifierState State(ClassifierState whole, int index) => new()
    {
        Method = Method,
        Options = Options,
        ClassNames = whole.ClassNames,
        Templates = whole.Templates,
        SupportNames = whole.SupportNames,
        LogitScale = whole.LogitScale,
        FeatureWidth = whole.FeatureWidth,
        Selection = Selection,
        Details = Details,
        TextTower = whole.TextTower,
        Tensors = whole.TakeAll(Prefix(index)),
    };
}

/// <summary>What a fused classifier stores beside its tensors.</summary>
/// <param name="Members">One part a method.</param>
internal sealed record FuseDetails(IReadOnlyList<FusePart> Members)
{
    internal JsonElement ToJson() => JsonSerializer.SerializeToElement(this, ClassifierState.DetailsFormat);

    /// <summary>Reads them from a state.</summary>
    /// <exception cref="KedgeException">They are damaged, or not as many as the methods of the options.</exception>
    internal static FuseDetails Read(ClassifierState state, int count)
    {
        var details = state.ReadDetails<FuseDetails>("list of its methods");
        return details.Members.Count == count && !details.Members.Contains(null!)
            ? details
            : throw state.Damaged($"{details.Members.Count} methods of {count}");
    }
}
