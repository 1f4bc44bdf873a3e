using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace Kedge.Runtime;

/// <summary>
/// A numeric argument of a libtorch operation. TorchSharp 0.107 turns the number in <c>x * 0.5</c> into a
/// <see cref="Scalar"/> that nothing references while libtorch reads it: a garbage collection at that moment frees it
/// (use after free), and libtorch computes with whatever the memory then holds, mostly without an error. So numbers are
/// never converted implicitly in this library; <see cref="Hold"/> converts them and gives the <see cref="Scalar"/> to
/// its caller, who keeps it across the call.
/// </summary>
/// <remarks>
/// libtorch keeps a number as a 64-bit integer or a 64-bit floating-point number; the kind takes part in type
/// promotion, so that both are kept apart here. Smaller types widen without loss, as they do within libtorch.
/// </remarks>
internal readonly struct Number
{
    private readonly double _real;
    private readonly long _integer;
    private readonly bool _isInteger;

    private Number(double real, long integer, bool isInteger) => (_real, _integer, _isInteger) = (real, integer, isInteger);

    /// <summary>A floating-point number.</summary>
    public static implicit operator Number(double value) => new(value, 0, isInteger: false);

    /// <summary>An integer.</summary>
    public static implicit operator Number(long value) => new(0, value, isInteger: true);

    /// <summary>
    /// Converts the number to a <see cref="Scalar"/>. The caller keeps it alive across the libtorch call and
    /// disposes of it afterwards.
    /// </summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The one place where a number becomes a Scalar: the caller holds it.")]
    public Scalar Hold() => _isInteger ? _integer.ToScalar() : _real.ToScalar();
}
