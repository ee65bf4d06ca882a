using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using PolyType;

namespace Swarm.Wire.Tests;

/// <summary>Makes values of any type of the contract, every field filled by chance, and
/// compares them field by field.</summary>
internal static class AnyValue
{
    public static object Make(Type type, Random chance)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"text {chance.Next()} é✓";
        if (type == typeof(int)) return chance.Next();
        if (type == typeof(long)) return chance.NextInt64();
        if (type == typeof(ulong)) return unchecked((ulong)chance.NextInt64(long.MinValue, long.MaxValue));
        if (type == typeof(bool)) return chance.Next(2) == 1;
        if (type == typeof(double)) return chance.NextDouble();
        if (type == typeof(TimeSpan)) return TimeSpan.FromTicks(chance.NextInt64(TimeSpan.TicksPerDay));
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch.AddTicks(chance.NextInt64(1L << 53));
        if (type.IsEnum) return Enum.GetValues(type).GetValue(chance.Next(Enum.GetValues(type).Length))!;
        if (IsGeneric(type, typeof(ImmutableArray<>))) return MakeArray(type, chance);
        if (IsGeneric(type, typeof(ImmutableSortedDictionary<,>))) return MakeDictionary(type, chance);
        if (type.IsAbstract) return Make(AnyCase(type, chance), chance);
        return MakeRecord(type, chance);
    }

    public static bool Same(object? left, object? right)
    {
        if (left is null || right is null) return ReferenceEquals(left, right);
        if (left.GetType() != right.GetType()) return false;
        if (left is string or IConvertible or TimeSpan or DateTimeOffset) return left.Equals(right);
        if (left is IEnumerable first && right is IEnumerable second)
        {
            var (one, other) = (first.Cast<object>().ToList(), second.Cast<object>().ToList());
            return one.Count == other.Count && one.Zip(other).All(pair => Same(pair.First, pair.Second));
        }

        return left.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .All(property => Same(property.GetValue(left), property.GetValue(right)));
    }

    public static IEnumerable<Type> CasesOf(Type family) =>
        family.GetCustomAttributes<DerivedTypeShapeAttribute>().OrderBy(shape => shape.Tag).Select(shape => shape.Type);

    private static bool IsGeneric(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    private static Type AnyCase(Type family, Random chance)
    {
        var cases = CasesOf(family).ToList();
        return cases[chance.Next(cases.Count)];
    }

    private static object MakeArray(Type type, Random chance)
    {
        var element = type.GetGenericArguments()[0];
        var values = Array.CreateInstance(element, chance.Next(1, 3));
        for (var i = 0; i < values.Length; i++) values.SetValue(Make(element, chance), i);
        return typeof(ImmutableArray).GetMethods().Single(method => method.Name == "Create"
                && method.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(element).Invoke(null, [values])!;
    }

    private static object MakeDictionary(Type type, Random chance)
    {
        dynamic made = type.GetField("Empty")!.GetValue(null)!;
        for (var i = chance.Next(1, 3); i > 0; i--)
        {
            dynamic key = Make(type.GetGenericArguments()[0], chance);
            dynamic value = Make(type.GetGenericArguments()[1], chance);
            made = made.SetItem(key, value);
        }

        return made;
    }

    private static object MakeRecord(Type type, Random chance)
    {
        var constructor = type.GetConstructors().OrderByDescending(one => one.GetParameters().Length).First();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(one => Make(one.ParameterType, chance))]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite) property.SetValue(made, Make(property.PropertyType, chance));
        }

        return made;
    }
}
