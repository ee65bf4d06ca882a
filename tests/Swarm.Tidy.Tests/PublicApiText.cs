using System.Reflection;
using System.Runtime.CompilerServices;

namespace Swarm.Tidy;

/// <summary>What an assembly offers to others, as text: a line a type, a line a member.</summary>
/// <remarks>What the compiler adds to records is left out: it follows from what is listed.</remarks>
internal static class PublicApiText
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly) => string.Concat(
        assembly.GetExportedTypes()
            .Where(type => !IsMade(type))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => $"{KindOf(type)} {type.Namespace}.{NameOf(type)}\n"
                + string.Concat(MembersOf(type).Order(StringComparer.Ordinal).Select(member => $"  {member}\n"))));

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum) return Enum.GetNames(type).Select(name => $"{name} = {Enum.Parse(type, name):D}");

        var fields = type.GetFields(Own).Select(field => $"{NameOf(field.FieldType)} {field.Name}");
        var properties = type.GetProperties(Own).Where(property => !IsMade(property)).Select(Show);
        var made = type.GetConstructors(Own).Where(constructor => !IsMade(constructor))
            .Select(constructor => $"new({Show(constructor.GetParameters())})");
        var methods = type.GetMethods(Own).Where(method => !method.IsSpecialName || IsOperator(method))
            .Where(method => !IsMade(method) && method.GetBaseDefinition().DeclaringType != typeof(object))
            .Select(method => $"{NameOf(method.ReturnType)} {method.Name}({Show(method.GetParameters())})");
        return fields.Concat(properties).Concat(made).Concat(methods);
    }

    private static bool IsOperator(MethodInfo method) => method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsMade(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static string Show(PropertyInfo property)
    {
        var name = property.GetIndexParameters() is { Length: > 0 } keys ? $"this[{Show(keys)}]" : property.Name;
        var set = property.SetMethod is { IsPublic: true } setter ? Show(setter) : "";
        return $"{NameOf(property.PropertyType)} {name}{set}";
    }

    private static string Show(MethodInfo setter)
    {
        var once = setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return once ? " once" : " settable";
    }

    private static string Show(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
        $"{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? "?" : "")}"));

    private static string KindOf(Type type) =>
        type.IsInterface ? "interface"
        : type.IsEnum ? "enum"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class" : "class";

    private static string NameOf(Type type)
    {
        if (type.IsByRef) return $"ref {NameOf(type.GetElementType()!)}";
        if (type.IsArray) return $"{NameOf(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return $"{NameOf(inner)}?";

        var name = type.IsNested && !type.IsGenericParameter ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }
}
