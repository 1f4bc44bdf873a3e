using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>What stands beside the weight of a projection while an update of it is learned.</summary>
internal interface IProjectionPath
{
    /// <summary>What is added to the projection's output: […, in] → […, p · out].</summary>
    Tensor Apply(Tensor x);
}
