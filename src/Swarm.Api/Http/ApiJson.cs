using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <param name="Message">For people; clients of Docker show it as it is.</param>
internal sealed record ErrorAnswer([property: JsonPropertyName("message")] string Message);

[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The shapes, with text as it stands: no answer is ever part of a page.</summary>
    public static ApiJson Plain => field ??= new ApiJson(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>Writes answers as clients of Docker want them.</summary>
internal static class JsonAnswers
{
    /// <summary>Without a charset: some clients compare the text.</summary>
    private const string ContentType = "application/json";

    private static JsonWriterOptions AsItStands => new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one answer, or one line more of an answer that has begun.</summary>
    public static async Task WriteAnswerAsync<T>(
        this HttpResponse response, int status, T answer, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (!response.HasStarted)
        {
            response.StatusCode = status;
            response.ContentType = ContentType;
        }

        await JsonSerializer.SerializeAsync(response.Body, answer, type, cancellation);
        await response.Body.WriteAsync("\n"u8.ToArray(), cancellation);
    }

    /// <summary>Writes one answer.</summary>
    public static async Task WriteNodeAsync(
        this HttpResponse response, int status, JsonNode answer, CancellationToken cancellation)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        await response.WriteLineAsync(answer, cancellation);
    }

    /// <summary>Writes a list piece by piece: a long one is never in memory as a whole, and its client reads while the
    /// rest is written.</summary>
    /// <param name="write">Writes one of them. Once a piece has gone it must not be refused any more.</param>
    public static async Task WriteListAsync<T>(
        this HttpResponse response, int status, IEnumerable<T> answers, Action<Utf8JsonWriter, T> write,
        CancellationToken cancellation)
    {
        const int pieceBytes = 16 * 1024;
        response.StatusCode = status;
        response.ContentType = ContentType;
        // Not into the body at once: what cannot be written is an answer still while nothing was sent.
        var piece = new ArrayBufferWriter<byte>(2 * pieceBytes);
        await using var writer = new Utf8JsonWriter(piece, AsItStands);
        writer.WriteStartArray();
        foreach (var answer in answers)
        {
            write(writer, answer);
            if (piece.WrittenCount + writer.BytesPending < pieceBytes) continue;
            await writer.FlushAsync(cancellation);
            if ((await response.BodyWriter.WriteAsync(piece.WrittenMemory, cancellation)).IsCompleted) return;
            piece.ResetWrittenCount();
        }

        writer.WriteEndArray();
        await writer.FlushAsync(cancellation);
        piece.Write("\n"u8);
        await response.BodyWriter.WriteAsync(piece.WrittenMemory, cancellation);
    }

    /// <summary>What is written as it goes, as a part of a document.</summary>
    public static JsonNode ToNode(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, AsItStands)) write(writer);
        return JsonNode.Parse(text.WrittenSpan)!;
    }

    /// <summary>Writes one line more of an answer that goes on, without its headers.</summary>
    public static async Task WriteLineAsync(
        this HttpResponse response, JsonNode answer, CancellationToken cancellation)
    {
        var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, AsItStands)) answer.WriteTo(writer);
        line.WriteByte((byte)'\n');
        await response.Body.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancellation);
        await response.Body.FlushAsync(cancellation);
    }

    /// <summary>Writes an answer of its own, with its length: some clients take what comes in pieces for the stream
    /// that they asked for.</summary>
    public static async Task WriteErrorAsync(this HttpResponse response, int status, string message)
    {
        byte[] line =
            [.. JsonSerializer.SerializeToUtf8Bytes(new ErrorAnswer(message), ApiJson.Plain.ErrorAnswer), (byte)'\n'];
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = line.Length;
        await response.Body.WriteAsync(line, CancellationToken.None);
    }
}
