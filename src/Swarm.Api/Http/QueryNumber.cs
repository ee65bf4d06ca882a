using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>Whole numbers in a query.</summary>
internal static class QueryNumber
{
    /// <returns>Null where there is none.</returns>
    /// <exception cref="ApiException">It is no number.</exception>
    public static int? Read(HttpRequest request, string name)
    {
        var text = request.Query.Text(name);
        if (text.Length == 0) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ApiException(StatusCodes.Status400BadRequest, $"invalid value of {name}: {text}");
    }
}
