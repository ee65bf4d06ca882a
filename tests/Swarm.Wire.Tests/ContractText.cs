using System.Globalization;
using System.Reflection;
using System.Text;
using Nerdbank.MessagePack;
using PolyType;

namespace Swarm.Wire.Tests;

/// <summary>The wire contract as text: what a reviewer reads when it changes.</summary>
internal static class ContractText
{
    public static string Write()
    {
        var text = new StringBuilder(
            "# The wire contract. A line that changes or goes breaks old journals and mixed clusters.\n");
        var parts = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        foreach (var entry in WireContract.Entries.OrderBy(entry => entry.Manifest, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\n{entry.Manifest} = {NameOf(entry.Type)}, at most {entry.MaxBytes} bytes\n");
            Gather(entry.Type, parts);
        }

        text.Append("\n# The types.\n");
        foreach (var (name, type) in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{name}\n");
            foreach (var line in LinesOf(type)) text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<string> LinesOf(Type type) =>
        type.IsEnum
            ? Enum.GetValues(type).Cast<object>().Select(value =>
                $"{Convert.ToInt64(value, CultureInfo.InvariantCulture)} = {value}")
            : type.IsAbstract
                ? type.GetCustomAttributes<DerivedTypeShapeAttribute>().OrderBy(one => one.Tag)
                    .Select(one => $"case {one.Tag}: {NameOf(one.Type)}")
                : KeysOf(type).Select(one => $"{one.Key}: {one.Property.Name} {NameOf(one.Property)}");

    private static IEnumerable<(int Key, PropertyInfo Property)> KeysOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (Key: property.GetCustomAttribute<KeyAttribute>()?.Index ?? -1, Property: property))
            .Where(one => one.Key >= 0).OrderBy(one => one.Key);

    private static void Gather(Type type, SortedDictionary<string, Type> found)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) type = inner;
        if (type.IsGenericType)
        {
            foreach (var argument in type.GetGenericArguments()) Gather(argument, found);
            return;
        }

        if (type.Assembly != typeof(Swarm.Core.NodeId).Assembly || !found.TryAdd(NameOf(type), type)) return;
        foreach (var one in AnyValue.CasesOf(type)) Gather(one, found);
        foreach (var (_, property) in KeysOf(type)) Gather(property.PropertyType, found);
    }

    private static string NameOf(PropertyInfo property) =>
        NameOf(property.PropertyType) + (!property.PropertyType.IsValueType
            && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable ? "?" : "");

    private static string NameOf(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? NameOf(inner) + "?"
        : type.IsGenericType
            ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
                + $"<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.DeclaringType is { } family ? $"{family.Name}.{type.Name}" : type.Name;
}
