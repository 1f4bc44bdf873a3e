using System.Reflection;

namespace Kedge.Tests.Support;

/// <summary>
/// The names that documentation comments, and lists of banned symbols, have for members (ECMA-334, annex D.4.2).
/// </summary>
internal static class DocumentationId
{
    /// <summary>M:Namespace.Type.Method(Parameters).</summary>
    public static string Of(MethodBase method)
    {
        var parameters = string.Join(',', method.GetParameters().Select(parameter => Name(parameter.ParameterType)));
        var generic = method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";
        var result = method is MethodInfo { Name: "op_Implicit" or "op_Explicit" } conversion ? $"~{Name(conversion.ReturnType)}" : "";
        var list = parameters.Length > 0 ? $"({parameters})" : "";
        return $"M:{Name(method.DeclaringType!)}.{method.Name.Replace('.', '#')}{generic}{list}{result}";
    }

    /// <summary>T:Namespace.Type.</summary>
    public static string Of(Type type) => $"T:{Name(type)}";

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return $"{Name(type.GetElementType()!)}@";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (type.IsGenericParameter)
            return $"{(type.DeclaringMethod is null ? "`" : "``")}{type.GenericParameterPosition}";
        if (!type.IsConstructedGenericType)
            return type.FullName!.Replace('+', '.');
        var definition = Name(type.GetGenericTypeDefinition());
        var arguments = string.Join(',', type.GetGenericArguments().Select(Name));
        return $"{definition[..definition.IndexOf('`', StringComparison.Ordinal)]}{{{arguments}}}";
    }
}
