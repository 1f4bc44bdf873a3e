namespace Kedge.Tasks;

/// <summary>Which validation images methods may choose hyper-parameters on. Test images are never among them.</summary>
public enum ValidationUse
{
    /// <summary>None: methods choose on their support images, or take their defaults.</summary>
    None,

    /// <summary>min(S, 4) images of each class, drawn from the validation part by the seed.</summary>
    Shots,

    /// <summary>The whole validation part.</summary>
    Full,
}
