// A sample of the API for people (../people-api.yaml) in Go alone, 1.24 or later. It reads people.json
// (README.md). Run: PORT=8080 TOKEN=… PEOPLE=people.json go run server.go
package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"log"
	"net/http"
	"os"
)

type entry struct {
	Logins     []string
	Salt, Hash string
	Person     map[string]any
}

var store struct {
	Iterations int
	People     []entry
}
var bySubject, byLogin = map[string]*entry{}, map[string]*entry{}

func verify(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Login, Password string }
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		send(w, 400, map[string]any{})
		return
	}
	found, isKnown := byLogin[asked.Login]
	if !isKnown {
		found = &store.People[0] // so that an unknown login takes as long
	}
	salt, _ := hex.DecodeString(found.Salt)
	hash, _ := hex.DecodeString(found.Hash)
	key, err := pbkdf2.Key(sha256.New, asked.Password, salt, store.Iterations, 32)
	isRight := err == nil && subtle.ConstantTimeCompare(key, hash) == 1
	switch {
	case !isKnown || !isRight:
		send(w, 401, map[string]any{})
	case found.Person["disabled"] == true:
		send(w, 403, map[string]any{"reason": "disabled"})
	default:
		send(w, 200, found.Person)
	}
}

func find(w http.ResponseWriter, r *http.Request) {
	if found, isKnown := bySubject[r.PathValue("subject")]; isKnown {
		send(w, 200, found.Person)
	} else {
		send(w, 404, map[string]any{})
	}
}

func send(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func main() {
	text, err := os.ReadFile(os.Getenv("PEOPLE"))
	if err != nil || json.Unmarshal(text, &store) != nil {
		log.Fatal("PEOPLE names no file of people")
	}
	for i := range store.People {
		one := &store.People[i]
		bySubject[one.Person["subject"].(string)] = one
		for _, login := range one.Logins {
			byLogin[login] = one
		}
	}
	http.HandleFunc("POST /verify", verify)
	http.HandleFunc("GET /people/{subject}", find)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"),
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+os.Getenv("TOKEN") {
				send(w, 403, map[string]any{})
				return
			}
			http.DefaultServeMux.ServeHTTP(w, r)
		})))
}
