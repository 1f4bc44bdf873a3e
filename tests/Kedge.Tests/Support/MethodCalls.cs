using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Kedge.Tests.Support;

/// <summary>Which methods of an assembly name which others, read from its compiled code.</summary>
internal sealed class MethodCalls
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    public MethodCalls(Assembly assembly)
    {
        Methods = [.. assembly.GetTypes().SelectMany(type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))];
        Called = Methods.ToDictionary(method => method, method => Targets(method).Select(Definition).ToHashSet());
    }

    /// <summary>Every method and constructor, those that the compiler made among them.</summary>
    public IReadOnlyList<MethodBase> Methods { get; }

    /// <summary>
    /// What each of them calls, constructs or takes the address of, generic ones as they are defined.
    /// </summary>
    public IReadOnlyDictionary<MethodBase, HashSet<MethodBase>> Called { get; }

    private static MethodBase Definition(MethodBase method)
    {
        if (method is MethodInfo { IsGenericMethod: true } generic)
            method = generic.GetGenericMethodDefinition();
        return method.DeclaringType is { IsConstructedGenericType: true } ? method.Module.ResolveMethod(method.MetadataToken)! : method;
    }

    private static IEnumerable<MethodBase> Targets(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            yield break;
        var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var i = 0; i < code.Length;)
        {
            int instruction = code[i++];
            if (instruction == 0xFE)
                instruction = 0xFE00 | code[i++];
            var operand = Operands[instruction];
            if (operand is OperandType.InlineMethod or OperandType.InlineTok
                && method.Module.ResolveMember(Int(code, i), ofType, ofMethod) is MethodBase target)
                yield return target;
            i += Size(operand, code, i);
        }
    }

    private static int Size(OperandType operand, byte[] code, int i) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * Int(code, i),
        _ => 4,
    };

    private static int Int(byte[] code, int i) => BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i));
}
